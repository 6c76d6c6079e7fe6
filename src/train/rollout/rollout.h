// A rollout as plain values: the result of one sample of a problem, and every call's tokens beside it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/completion.h"
#include "eval/runner.h"

namespace retort::train {

// A call as it was sampled: token ids and log-probabilities, never made from text again.
struct SampledCall {
    std::vector<TokenId> prompt;
    std::vector<TokenId> ids;
    std::vector<float> logprobs;       // of the distribution that was sampled from: at the call's temperature
    std::vector<std::uint8_t> forced;  // 1: put there by us
    Finish finish = Finish::error;
    bool thinking_cut = false;
    std::string text = {};       // what was written, without the reasoning
    std::string reasoning = {};  // empty where the model marks none
};

struct Rollout {
    SampleKey key;  // problem: place in the suite
    Problem problem;
    RunResult result;
    std::map<Place, SampledCall> calls;  // by place; a call that was given and not sampled has none
};

// Whose tokens learn: which calls are o_i in the formulas of objective.h. The reward is that of the answer, and all of
// o_i has its advantage A_i: J_policy adds A_i sum over calls c of o_i, sum_t w(r_ct, A_i) log pi(c_t | what c read,
// c_<t), and |o_i| counts the sampled tokens of all these calls together. What a call read is given to it: nothing
// flows from a call into those that it read but by the reward.
enum class GradientOf {
    refine,  // the finish's call, given drafts and workspace: learns to use what there is
    drafts,  // the drafts of all rounds: each has the credit of what became of all of them
    all,     // every call, those of distillers and judges too: one policy, whose actions are all calls of the rollout
};
bool gets_gradient(const Place& place, GradientOf of);

}  // namespace retort::train

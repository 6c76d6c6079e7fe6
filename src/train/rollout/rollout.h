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

// Whose tokens learn.
enum class GradientOf {
    refine,  // the finish's call
    drafts,  // the drafts of all rounds
    all,     // every call, those of distillers and judges too
};
bool gets_gradient(const Place& place, GradientOf of);

}  // namespace retort::train

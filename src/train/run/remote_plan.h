// What a run on a training server will ask of it, before it begins: for --dry-run. Arithmetic on the configuration
// alone; any thread.
//
// What is counted, and how:
//  - A call of an operator is one asample request. One whose thinking is cut off is asked a second time, for what comes
//    after the thinking: its prompt is then read again, the thinking with it.
//  - `most`: every call writes all it may, and every thinking is cut. `mean`: every call writes plan.mean_length of its
//    limit, and none is cut. Prompts count in full in both, workspaces as long as they may be.
//  - No prompt is dropped for rewards that are all alike. Of an arm with several operators the one that samples most is
//    meant, in every step.
//  - Tokens that learn go forward once where coefficients are made of what comes back, once more where their
//    log-probabilities are recomputed, then forward and backward.
//    Requests of both have whole sequences, pack_tokens in all (or one sequence) and at most 1,024 of them.
//  - Weights are handed to the sampler before each rollout phase and each evaluation. Checkpoints of a best evaluation
//    apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "operator/prompts.h"
#include "train/run/config.h"
#include "train/run/memory_plan.h"

namespace retort::train {

// An amount if every call wrote as much as it may, and at the mean length.
struct Amount {
    double most = 0;
    double mean = 0;

    Amount& operator+=(const Amount& other);
    Amount operator*(double times) const;
};

// What is asked of the server in a step, in an evaluation, or in all. Numbers are whole but in means over steps; they
// are doubles since a run's tokens may be more than a configuration should be able to overflow.
struct RemoteWork {
    double calls = 0;  // of operators
    Amount samples;    // asample requests
    Amount read;       // tokens of prompts
    Amount sampled;    // tokens
    Amount forward;    // tokens that go forward alone
    Amount backward;   // tokens that go forward and backward
    double forward_requests = 0;
    double backward_requests = 0;
    double optim_steps = 0;
    double saves = 0;          // save_weights: checkpoints
    double sampler_saves = 0;  // save_weights_for_sampler

    RemoteWork& operator+=(const RemoteWork& other);
    RemoteWork operator*(double times) const;
};

// By the figures of PlanSettings. A forward pass alone counts as a third of one with its backward pass.
struct RemoteCost {
    std::optional<Amount> sample_hours;  // of one GPU; none where the throughput is not said
    std::optional<Amount> train_hours;
    std::optional<Amount> clock_hours;  // of all GPUs together, sampling and learning one after the other
    std::optional<Amount> gpu_money;
    std::optional<Amount> token_money;  // a forward pass at the price of training
};

struct RemotePlan {
    std::int64_t sft_steps = 0;
    std::int64_t rl_steps = 0;
    std::int64_t evaluations = 0;
    RemoteWork sft_step;
    RemoteWork rl_step;  // the mean over steps, where shares change
    RemoteWork evaluation;
    RemoteWork all;
    RemoteCost cost;           // of all
    std::int64_t longest = 0;  // tokens of the longest call, prompt and completion; 0: there are no calls
};

// What is not in the configuration.
struct RemoteInputs {
    std::int64_t question = 0;  // tokens of the longest problem that is learnt from, as a draft is asked it
    Questions tests;            // of evaluations
    bool coefficients = true;   // tokens that learn go forward once more (tinker.loss = "coefficients")
};

// `prompts`: for the operators of evaluations. Errors: operators that are not known; more than a million steps.
Outcome<RemotePlan> plan_remote(const TrainConfig& config, const RemoteInputs& inputs, const PromptSet& prompts);

RemoteCost cost_of(const RemoteWork& work, const PlanSettings& plan);

// RemotePlan::longest of a run whose problems are here, or assumed to be as long as plan.question. Errors: those of
// questions_of() besides.
Outcome<std::int64_t> longest_call(const TrainConfig& config, const TrainedModel& model);

// How the longest call stands to the most tokens that a sequence may have (0: not known); a line that begins with "# ".
std::string longest_call_text(std::int64_t longest, std::int64_t context);

// A table, and what it costs; each line begins with "# ".
std::string remote_plan_text(const RemotePlan& plan, const PlanSettings& settings);

// All of it. `model`: of which the tokenizer alone need be there; null: it is not here, and how long problems are is
// assumed and said, as it is where a suite's file is missing. Errors: those of questions_of() besides.
Outcome<std::string> remote_plan_text(const TrainConfig& config, const TrainedModel* model, bool coefficients);

}  // namespace retort::train

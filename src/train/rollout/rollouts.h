// Rollouts: samples of problems through the engine's operators, written by the net in training, with every call's
// tokens beside the result.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "eval/runner.h"
#include "operator/engine.h"
#include "train/rollout/rollout.h"
#include "train/rollout/sampler.h"

namespace retort::train {

struct RolloutRequest {
    const Suite* suite = nullptr;  // each problem once; not owned
    Schedule schedule;
    RunSettings settings;
    int samples = 1;  // of each problem
};

// All samples to their ends, side by side; in the order of problems and samples. `model` is what the operators call:
// the sampler, or decorators around it. `listener` may be null.
std::vector<Rollout> run_rollouts(asio::io_context& loop, Sampler& sampler, LanguageModel& model,
                                  const PromptSet& prompts, const RolloutRequest& request, EvalListener* listener);

}  // namespace retort::train

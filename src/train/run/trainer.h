// A training run from its configuration to model.gguf: steps, metrics, evaluations, checkpoints.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "train/run/config.h"
#include "train/run/listener.h"
#include "train/run/reward.h"

namespace retort::train {

struct TrainOptions {
    bool resume = false;
    const std::atomic<bool>* stop = nullptr;    // set: the step under way is the last one; null: never
    TrainListener* listener = nullptr;          // not owned; null: nobody listens
    std::vector<RewardTerm> reward_terms = {};  // beside those of the configuration
    std::string recovered = {};                 // resumed by the trainer itself: why
};

// On this thread, to its end. Errors: usage for a configuration that cannot be, or a run folder in use without
// `resume`; file for disk and damaged files; model for a gradient that is no number; interrupted when `stop` was set,
// with a checkpoint written. Whatever happens, the checkpoints that were there remain.
Outcome<void> train(const TrainConfig& config, const TrainOptions& options);

// What the run will be, for --dry-run: parameters, memory, calls and tokens a step. The error of a configuration that
// cannot be.
Outcome<std::string> plan_text(const TrainConfig& config);

}  // namespace retort::train

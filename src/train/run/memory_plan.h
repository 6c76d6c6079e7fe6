// How much memory a run will take, before it begins: for --dry-run.
#pragma once

#include <cstdint>
#include <vector>

#include "operator/schedule.h"
#include "train/run/model_setup.h"

namespace retort::train {

// Calls of a rollout that are made side by side; tokens.
struct CallKind {
    std::int64_t count = 0;
    std::int64_t prompts = 0;  // different ones among them
    std::int64_t prompt = 0;
    std::int64_t whole = 0;
};

// What the calls of a schedule are at most, where its problem's first prompt has `question` tokens.
struct CallSizes {
    std::int64_t prompt = 0;        // tokens of the longest prompt
    std::int64_t whole = 0;         // tokens of the longest sequence: prompt and completion
    std::int64_t side_by_side = 0;  // calls that one rollout makes at a time
    std::int64_t calls = 0;         // that it makes in all
    std::vector<CallKind> kinds = {};
};
CallSizes call_sizes(const Schedule& schedule, std::int64_t question);

// Bytes.
struct RunMemory {
    std::int64_t process = 0;  // what this process takes already, too
    std::int64_t device = 0;   // of the device where nets compute, if that is not the process's
};

// `source`: of the examples; null without SFT. Draws examples and problems as the run will, to see how long they are.
// Errors: what the run would stop at, too.
Outcome<RunMemory> plan_memory(const TrainConfig& config, const TrainedModel& model, const ExampleSource* source);

}  // namespace retort::train

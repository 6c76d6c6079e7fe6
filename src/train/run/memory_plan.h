// How much memory a run will take, before it begins: for --dry-run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/place.h"
#include "operator/schedule.h"
#include "train/run/model_setup.h"

namespace retort::train {

// Calls of a rollout that are made side by side; tokens.
struct CallKind {
    std::int64_t count = 0;
    std::int64_t prompts = 0;  // different ones among them
    std::int64_t prompt = 0;
    std::int64_t whole = 0;
    std::int64_t think = 0;  // of what is written
    CallRole role = CallRole::draft;
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

// Problems as a draft is asked them; tokens.
struct Questions {
    std::int64_t count = 0;
    std::int64_t longest = 0;  // among the first 64 of them
};
// `split`: "train" or "test", for problems that are made. Errors: those of load_problems().
Outcome<Questions> questions_of(const ProblemSettings& settings, const std::string& split, const TrainedModel& model);

// Bytes.
struct RunMemory {
    std::int64_t process = 0;  // what this process takes already, too
    std::int64_t device = 0;   // of the device where nets compute, if that is not the process's
};

// `source`: of the examples; null without SFT. Draws examples and problems as the run will, to see how long they are.
// Errors: what the run would stop at, too.
Outcome<RunMemory> plan_memory(const TrainConfig& config, const TrainedModel& model, const ExampleSource* source);

}  // namespace retort::train

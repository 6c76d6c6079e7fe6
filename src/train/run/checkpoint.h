// A run as it stood after a step: everything that the next steps depend on. A file is whole or not there, and damage to
// it is noticed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "train/net/net.h"
#include "train/run/problems.h"
#include "train/run/resume_rules.h"

namespace retort::train {

struct TrainState {
    std::int64_t step = 0;          // steps that were made, the SFT's first
    std::int64_t sft_examples = 0;  // the next example of the teacher
    DrawState draw;
    std::map<std::string, std::vector<std::string>> pool;  // DraftPool: drafts that may be given again
    std::optional<double> best;                            // the best evaluation so far
    std::int64_t best_step = 0;
    std::vector<std::string> changes;  // of the configuration on the way: "before step 7: rl.lr 0.001 -> 0.0001"
};

struct Checkpoint {
    TrainState state;
    RunInputs inputs;
    NetState net;
    std::vector<NamedTensor> behind = {};  // async: those that the next step's rollouts were sampled with; else none
};

// "checkpoint-000120.retort" in the run's folder.
std::string checkpoint_name(std::int64_t step);

Outcome<void> write_checkpoint(const std::string& path, const Checkpoint& checkpoint);

// The error says what is damaged. `shape` is that of the model.
Outcome<Checkpoint> read_checkpoint(const std::string& path, const NetShape& shape);

// Paths of the folder's checkpoints, latest first: folder + "/" + checkpoint_name(step).
std::vector<std::string> checkpoints_in(const std::string& folder);

}  // namespace retort::train

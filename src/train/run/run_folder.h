// The folder of a run: its configuration, its checkpoints, and what is kept for whoever looks into a failure.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "train/run/checkpoint.h"
#include "train/run/config.h"

namespace retort::train {

class RunFolder {
  public:
    explicit RunFolder(std::string path) : path_(std::move(path)) {}

    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

    // Makes the folder and writes config.toml. Errors: usage without a name, or where the folder holds a run already
    // and `resume` is not set; file.
    Outcome<void> prepare(const TrainConfig& config, bool resume) const;

    // Writes a checkpoint; of the older ones so many stay in all, and the best.
    Outcome<void> save(const Checkpoint& checkpoint, std::int64_t keep) const;

    // What the net choked on: failed-batch.json.
    void keep_batch(const Pack& pack, std::int64_t step) const;

    // The error of a step whose gradient was no number. `in_first_update`: the fault is in the weights of the
    // checkpoint before it, which is then no good one.
    Error no_number(std::int64_t step, bool in_first_update) const;

  private:
    std::string path_;
};

}  // namespace retort::train

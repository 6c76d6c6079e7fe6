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

    // Errors: usage without a name; file.
    Outcome<void> make() const;

    // Writes config.toml, where there is no run yet. Only for the process whose the folder is (RunLock). Errors: usage
    // where the folder holds a run already and `resume` is not set; file.
    Outcome<void> prepare(const TrainConfig& config, bool resume) const;

    // config.toml, with the changes that were made on the way as comments.
    Outcome<void> write_config(const TrainConfig& config, const std::vector<std::string>& changes) const;

    // Before a resume: a checkpoint from which no gradient could be computed is not resumed from. It is kept under
    // another name, as is the batch; what is to be told of it, empty where there is none.
    std::string set_failed_aside() const;

    // Writes a checkpoint; of the older ones so many stay in all, and the best.
    Outcome<void> save(const Checkpoint& checkpoint, std::int64_t keep) const;

    // A line in checkpoints.jsonl: how a server calls what it keeps of a step, to go on from in other runs
    // (tinker.from). Where a step was made twice the later line counts.
    Outcome<void> note_kept(std::int64_t step, const std::string& kept) const;

    // What the net choked on in a step: failed-batch.json. `in_first_update`: the fault is in the weights of the
    // checkpoint before it, which is then no good one.
    void keep_batch(const Pack& pack, std::int64_t step, bool in_first_update) const;

    // The error of a step whose gradient was no number.
    Error no_number(std::int64_t step, bool in_first_update) const;

    // What is to be told of a step that threw.
    std::string broke_off(std::int64_t step) const;

  private:
    std::string path_;
};

}  // namespace retort::train

// Training runs as the trainer left them: the figures of every step, out of metrics.jsonl. The way from a run's folder
// to the page of its curves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace retort {

// One figure over the steps that have it, in ascending order; the vectors are of one length. A value that was no number
// is NaN.
struct TrainingSeries {
    std::string name;  // "loss", "op/reward/mean", "eval/cot/accuracy"
    std::vector<std::int64_t> steps;
    std::vector<double> values;
};

struct TrainingPhase {
    std::string name;  // "sft", "rl"
    std::int64_t from = 0;
    std::int64_t to = 0;  // its last step so far
};

struct TrainingRun {
    std::string folder;  // as it was named
    std::string path;    // of its metrics.jsonl
    std::string label;   // different from all other runs': the folder's name, or the folder whole
    std::vector<TrainingPhase> phases;
    std::vector<TrainingSeries> series;  // by name
    std::size_t rows = 0;
    std::size_t unreadable = 0;  // lines that are no row
    bool cut = false;            // the last line has no end: it is being written, or the process was killed
    std::string config;          // the text of its config.toml; empty: not there
    bool has_rollouts = false;   // rollouts.db, a journal
    bool has_model = false;      // model.gguf, which is written at the end
    bool has_failed = false;     // failed-batch.json: a gradient was no number
    double changed_unix = 0;     // when metrics.jsonl was last written

    const TrainingSeries* find(std::string_view name) const;  // null: not there
    std::int64_t last_step() const;
};

// Whether a word of the command line names training runs: a folder, or a file that ends with ".jsonl".
bool names_training_run(const std::string& source);

// Folders of runs, or their metrics.jsonl. Memory: 16 bytes a figure. Of rows of one step the last counts. Errors: no
// such file, no row in it, a run that is named twice.
Outcome<std::vector<TrainingRun>> read_training_runs(const std::vector<std::string>& sources);

}  // namespace retort

// The page of training runs: their curves, in the template that reports share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "eval/report/training_runs.h"

namespace retort {

struct TrainingPageOptions {
    std::string out;      // the page's file; replaced when it is there
    std::string title;    // empty: made of the runs' labels
    std::string program;  // name and version of this program
};

// Bytes of the page. Whatever the number of rows it is bounded: a curve of many points becomes means over stretches of
// steps, with the least and the greatest value of each. Nothing appears under `out` unless all of it could be written.
Outcome<std::size_t> write_training_page(const std::vector<TrainingRun>& runs, const TrainingPageOptions& options,
                                         std::string_view page);

// The page's data (web/report/src/training_data.ts, version 1) as JSON; for tests.
std::string training_data_json(const std::vector<TrainingRun>& runs, const TrainingPageOptions& options);

}  // namespace retort

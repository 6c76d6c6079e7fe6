// The journals and runs that `report` and `export` are given.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "eval/report/evaluation.h"

namespace retort::cli {

// Files are journals; what is no file is the beginning of a run's id among their runs.
Outcome<Evaluation> read_sources(const std::vector<std::string>& sources);

}  // namespace retort::cli

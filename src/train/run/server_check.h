// Whether a training server takes a configuration: `retort doctor --train FILE`.
#pragma once

#include <vector>

#include "cli/check.h"
#include "train/run/config.h"

namespace retort::train {

// Makes a model on the server, scores and samples a few tokens by it, and gives it up again; nothing is learnt, and no
// file is written. Ends with the first check that fails.
std::vector<cli::Check> check_server(const TrainConfig& config);

}  // namespace retort::train

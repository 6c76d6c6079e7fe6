// What the values of a configuration must be among themselves. Not public.
#pragma once

#include <optional>
#include <string>

#include "train/run/config.h"

namespace retort::train {

// The first that is wrong, and what is expected; none where all will do.
std::optional<std::string> fault_of(const TrainConfig& config);

}  // namespace retort::train

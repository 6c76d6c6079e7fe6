// The halves of the objective that a run has, and how a step is divided between them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "operator/schedule.h"
#include "train/run/config.h"

namespace retort::train {

struct Arm {
    std::string name;             // "trace", "op"
    const ArmSettings* settings;  // of the configuration; not owned
    std::vector<Schedule> schedules;
};

// Those with a share. The error is that of schedules_of().
Outcome<std::vector<Arm>> arms_of(const RlSettings& settings);

// What each arm has of the objective and of the prompts at a step (0 .. all - 1); they sum to 1.
std::vector<double> shares_at(const std::vector<Arm>& arms, std::int64_t step, std::int64_t all);

}  // namespace retort::train

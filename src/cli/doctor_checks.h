// What `doctor` looks at.
#pragma once

#include <string>
#include <vector>

#include "cli/check.h"
#include "cli/plan.h"

namespace retort::cli {

std::vector<Check> check_program();

// Whether `train` has what it starts, and over which LibTorch.
Check check_trainer();

// Where each setting in force comes from, and variables that look like settings but are none.
std::vector<Check> check_settings(const Settings& settings, const std::vector<std::string>& environment_names);

// The model's file, or the server that has it (asked by GET only), its tokenizer, and memory.
std::vector<Check> check_model(const Settings& settings, const PlanContext& context);

// Open files, terminal, folder, and whether code can be run in isolation.
std::vector<Check> check_machine(const Settings& settings);

}  // namespace retort::cli

// Operators as a configuration names them.
#pragma once

#include <string>

#include "base/error.h"
#include "operator/prompts.h"
#include "operator/schedule.h"
#include "train/rollout/rollout.h"
#include "train/run/config.h"

namespace retort::train {

// The schedules of an arm, one drawn for each step: "pdr:4 pdr:8" varies the width. The error names the key.
Outcome<std::vector<Schedule>> schedules_of(const char* name, const ArmSettings& arm);

GradientOf gradient_of(const ArmSettings& arm);

// "pdr:16 think=48 final_think=96 distiller=random k=4": an operator, and settings that the prompt set does not give as
// wanted.
struct NamedMethod {
    std::string name;  // as written
    Schedule schedule;
};
Outcome<NamedMethod> method_from(const std::string& text, const PromptSet& prompts);

}  // namespace retort::train

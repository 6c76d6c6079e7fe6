// An operator in a file (--operator FILE.toml): rounds and finish with all their settings.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "operator/schedule.h"

namespace retort {

// Reads a schedule. What a file leaves out comes from `defaults`; unknown keys are errors that name the nearest known
// one and the line. `name` stands in messages and becomes the schedule's name unless the file has one.
Outcome<Schedule> parse_operator_file(std::string_view toml, const std::string& name, const StepDefaults& defaults);

Outcome<Schedule> load_operator_file(const std::string& path, const StepDefaults& defaults);

}  // namespace retort

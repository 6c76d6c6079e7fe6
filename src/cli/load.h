// What every command reads before it does anything: settings, the table of models.
#pragma once

#include <map>
#include <string>

#include "cli/plan.h"
#include "cli/settings.h"

namespace retort::cli {

// Settings from the options given, the process's environment, and the user's file.
Outcome<Settings> load_settings(const std::map<std::string, std::string>& flags);

Outcome<PlanContext> load_plan_context();

}  // namespace retort::cli

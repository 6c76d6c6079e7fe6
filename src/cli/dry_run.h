// `solve --dry-run`: what would be asked, without asking.
#pragma once

#include <string>

#include "cli/plan.h"

namespace retort::cli {

// Lines for people, or one JSON object. Nothing is called, no model is loaded.
std::string dry_run_text(const SolvePlan& plan, const Settings& settings);
std::string dry_run_json(const SolvePlan& plan, const Settings& settings);

}  // namespace retort::cli

// From the drafts of a round to the workspaces of its readers, with the calls that some distillers make. Not public.
#pragma once

#include <vector>

#include "operator/planning.h"
#include "operator/run_state.h"

namespace retort {

// One workspace for each reader, in order; shared ones are the same for all. Empty workspaces mean: from the problem
// alone. `round` is the place of the drafts (1-based), `readers` the paths of the calls that will read.
Task<std::vector<HandedOn>> distil(RunState& run, int round, std::vector<std::string> readers,
                                   std::string reading_model, std::vector<PlannedStep> steps);

}  // namespace retort

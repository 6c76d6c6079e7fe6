// One round: its drafts side by side, the policy asked after each that lands. Not public.
#pragma once

#include <optional>
#include <vector>

#include "operator/planning.h"
#include "operator/run_state.h"

namespace retort {

// The paths of the round's drafts, in order.
std::vector<std::string> draft_paths(int round, int width);

struct RoundOutcome {
    Decision next;               // what the policy said when the round was over
    std::optional<Error> error;  // the run cannot go on
};

// Runs the round that comes after those in the view; `handed` has what each draft reads.
Task<RoundOutcome> run_round(RunState& run, Round spec, std::vector<HandedOn> handed);

}  // namespace retort

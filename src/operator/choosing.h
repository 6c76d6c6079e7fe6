// The finishes that a judge decides: the best by score, and the tournament. Not public.
#pragma once

#include <optional>

#include "operator/planning.h"
#include "operator/run_state.h"

namespace retort {

// Scores each draft of the last round that has a solution, one call a draft, side by side. The highest score wins, ties
// go to the earliest draft. A reply that cannot be read is asked once more; after that the draft has no score. With no
// score at all the drafts vote. The judge reads problem and solution, never the reference.
Task<std::optional<Error>> finish_by_best(RunState& run, FinishStep finish, RunResult& result);

// Level by level: groups in the order of the drafts, `votes` calls on each, all calls of a level side by side. Each
// vote reads the group in another order: turned on by one from an order that the place decides, so that no place is
// favoured. Most votes win, ties go to the earliest draft; votes that cannot be read do not count.
Task<std::optional<Error>> finish_by_tournament(RunState& run, FinishStep finish, RunResult& result);

}  // namespace retort

// The finish: how the last workspace, or the last drafts, become the answer. Not public.
#pragma once

#include <optional>

#include "operator/planning.h"
#include "operator/run_state.h"

namespace retort {

// Fills in text, answer and final of the result, and the calls that the answer was made from. The error says why there
// is none. `handed` is what the final call reads; `steps` are the steps from it on.
Task<std::optional<Error>> finish_by_call(RunState& run, FinishStep finish, HandedOn handed, RunResult& result);

// The answer that most drafts of the last round give; ties go to the earliest draft. No call.
void finish_by_vote(RunState& run, RunResult& result);

// The same for each part of the answer, joined; where an answer is one whole, finish_by_vote().
void finish_by_part_vote(RunState& run, RunResult& result);

}  // namespace retort

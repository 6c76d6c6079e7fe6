// The answer of a run that did not come to its end: what its drafts say until then.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/run_view.h"

namespace retort {

// A solution of the latest round that has any: of the first draft that gives the answer of most; where none gives an
// answer, of the first. `verifier` says which answers are the same; null: maths. None: no draft has a solution.
std::optional<std::string> best_so_far(const std::vector<RoundState>& rounds, const Verifier* verifier = nullptr);

}  // namespace retort

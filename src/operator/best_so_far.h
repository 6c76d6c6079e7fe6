// The answer of a run that did not come to its end: what its drafts say until then.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/run_view.h"

namespace retort {

struct BestSoFar {
    std::string text;  // a draft's solution
    std::optional<std::string> answer;
};

// Of the latest round with a solution: the first draft that gives the answer of most; where none gives any, the first
// with a solution. `verifier` says which answers are the same; null: maths. None: no draft has a solution.
std::optional<BestSoFar> best_so_far(const std::vector<RoundState>& rounds, const Verifier* verifier = nullptr);

}  // namespace retort

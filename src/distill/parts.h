// A workspace of what drafts found of each part of a problem: an assembler without a model.
#pragma once

#include <string>
#include <vector>

#include "distill/workspace.h"

namespace retort {

struct PartCandidate {
    std::string answer;
    std::string path;  // of the first call that gave it
};

struct PartCandidates {
    std::string label;                      // "A"
    std::vector<PartCandidate> candidates;  // the best first; empty: none was found
};

// A line a part: "A: 3 * (4 + 5) ; 3 * 9", or "A: none". What is over the bound is left out: the last candidates of the
// last parts first, every part's first one at the end; a part with nothing left has no line. Empty without any
// candidate. kappa <= 0: no bound.
Task<Workspace> assemble_parts(std::vector<PartCandidates> parts, std::int64_t kappa, CountTokens count);

}  // namespace retort

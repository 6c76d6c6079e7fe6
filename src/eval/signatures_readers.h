// Who read which workspace, and whether the reader was right.
#pragma once

#include <string>
#include <vector>

#include "eval/signatures_facts.h"

namespace retort {

struct Reader {
    std::string path;
    bool right = false;
    const WorkspaceFacts* workspace = nullptr;  // null: it started from the problem alone
};

// The drafts of the round after rounds[round] (cancelled ones left out), or the final call after the last one.
std::vector<Reader> readers_after(const SampleFacts& sample, std::size_t round);

// Accuracy of a round's drafts, cancelled ones left out; none where no draft counts.
std::optional<double> draft_accuracy(const RoundFacts& round);

}  // namespace retort

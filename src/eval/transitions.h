// What happens from round to round: accuracy, diversity, and how often right becomes wrong and wrong becomes right.
// Pure functions over facts; samples whose problem is not scored are left out. Any thread.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "eval/bootstrap.h"
#include "eval/signatures_facts.h"

namespace retort {

// Samples that have this round. Shares with intervals by problem.
struct RoundStatistics {
    int round = 0;  // from 1
    std::size_t samples = 0;
    std::optional<Estimate>
        drafts;  // accuracy of a draft; failed and unanswered ones are wrong, cancelled ones left out
    std::optional<Estimate> majority;  // accuracy of the most frequent answer
    std::optional<Estimate> any;       // share of samples with a right draft
    // Diversity, means over samples with two answered drafts or more.
    std::optional<Estimate> answers;    // different answers for each answered draft: 1/n all the same, 1 all different
    std::optional<Estimate> agreement;  // chance that two answered drafts agree
    double answered = 0;                // share of drafts with an answer
    double cut = 0;                     // share of drafts cut off by length
    double tokens_out = 0;              // mean of a draft
    double workspace_tokens = 0;        // mean of the workspaces made from it; 0: none
    double workspace_cut = 0;           // share of them that something did not fit in
};
std::vector<RoundStatistics> round_statistics(std::span<const SampleFacts> facts, const BootstrapOptions& options = {});

// Of samples: from the majority of one round to the majority of the next, or of the last round to the answer.
struct Transition {
    int from = 0;  // round
    int to = 0;    // round; 0: the answer
    std::size_t right_right = 0;
    std::size_t right_wrong = 0;
    std::size_t wrong_right = 0;
    std::size_t wrong_wrong = 0;
    std::optional<Estimate> lost;    // right_wrong of those that were right
    std::optional<Estimate> gained;  // wrong_right of those that were wrong
};
std::vector<Transition> transitions(std::span<const SampleFacts> facts, const BootstrapOptions& options = {});

}  // namespace retort

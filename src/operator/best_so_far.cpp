#include "operator/best_so_far.h"

#include <algorithm>

namespace retort {

std::optional<std::string> best_so_far(const std::vector<RoundState>& rounds, const Verifier* verifier) {
    for (auto round = rounds.rbegin(); round != rounds.rend(); ++round) {
        const std::vector<Draft>& drafts = round->drafts;
        const auto first =
            std::find_if(drafts.begin(), drafts.end(), [](const Draft& draft) { return draft.has_solution; });
        if (first == drafts.end()) continue;
        const std::vector<AnswerCount> counts = count_answers(drafts, verifier);
        return (counts.empty() ? *first : drafts[counts.front().drafts.front()]).solution;
    }
    return std::nullopt;
}

}  // namespace retort

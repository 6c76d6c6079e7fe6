#include "eval/signatures_tally.h"

#include <algorithm>
#include <tuple>

#include "verify/answer.h"

namespace retort {

int AnswerGroups::find(const std::string& answer) const {
    if (const auto known = spelled_.find(answer); known != spelled_.end()) return known->second;
    for (std::size_t i = 0; i < first_.size(); ++i) {
        const bool same = verifier_ != nullptr ? verifier_->same(first_[i], answer)
                                               : normalise_answer(first_[i]) == normalise_answer(answer);
        if (same) return static_cast<int>(i);
    }
    return -1;
}

int AnswerGroups::add(const std::string& answer) {
    int group = find(answer);
    if (group < 0) {
        group = static_cast<int>(first_.size());
        first_.push_back(answer);
    }
    spelled_.emplace(answer, group);
    return group;
}

std::vector<const SampleFacts*> scored_in_order(std::span<const SampleFacts> facts) {
    std::vector<const SampleFacts*> out;
    for (const SampleFacts& fact : facts)
        if (fact.scored) out.push_back(&fact);
    const auto place = [](const SampleFacts* fact) { return std::tie(fact->problem, fact->sample); };
    std::sort(out.begin(), out.end(), [&](const auto* a, const auto* b) {
        return place(a) != place(b) ? place(a) < place(b) : a < b;  // as they were given
    });
    return out;
}

}  // namespace retort

#include "operator/run_view.h"

#include <algorithm>

namespace retort {

int RunView::outstanding() const {
    if (rounds.empty()) return 0;
    const std::vector<Draft>& drafts = rounds.back().drafts;
    return static_cast<int>(
        std::count_if(drafts.begin(), drafts.end(), [](const Draft& draft) { return !draft.landed; }));
}

std::vector<AnswerCount> count_answers(const std::vector<Draft>& drafts, const Verifier* verifier) {
    const std::shared_ptr<const Verifier> maths = verifier == nullptr ? math_verifier({}) : nullptr;
    const Verifier& by = verifier == nullptr ? *maths : *verifier;
    std::vector<AnswerCount> out;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        if (!drafts[i].answer) continue;
        const auto same = std::find_if(
            out.begin(), out.end(), [&](const AnswerCount& known) { return by.same(known.answer, *drafts[i].answer); });
        if (same == out.end())
            out.push_back({*drafts[i].answer, {i}});
        else
            same->drafts.push_back(i);
    }
    std::sort(out.begin(), out.end(), [](const AnswerCount& a, const AnswerCount& b) {
        return a.drafts.size() != b.drafts.size() ? a.drafts.size() > b.drafts.size()
                                                  : a.drafts.front() < b.drafts.front();
    });
    return out;
}

}  // namespace retort

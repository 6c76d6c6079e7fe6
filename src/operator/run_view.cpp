#include "operator/run_view.h"

#include <algorithm>
#include <optional>

namespace retort {
namespace {

// By draft; nothing where one has no answer.
using Given = std::vector<std::optional<std::string>>;

std::vector<AnswerCount> count(const Given& answers, const Verifier& by) {
    std::vector<AnswerCount> out;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i]) continue;
        const auto same = std::find_if(out.begin(), out.end(),
                                       [&](const AnswerCount& known) { return by.same(known.answer, *answers[i]); });
        if (same == out.end())
            out.push_back({*answers[i], {i}});
        else
            same->drafts.push_back(i);
    }
    std::sort(out.begin(), out.end(), [](const AnswerCount& a, const AnswerCount& b) {
        return a.drafts.size() != b.drafts.size() ? a.drafts.size() > b.drafts.size()
                                                  : a.drafts.front() < b.drafts.front();
    });
    return out;
}

}  // namespace

int RunView::outstanding() const {
    if (rounds.empty()) return 0;
    const std::vector<Draft>& drafts = rounds.back().drafts;
    return static_cast<int>(
        std::count_if(drafts.begin(), drafts.end(), [](const Draft& draft) { return !draft.landed; }));
}

std::vector<AnswerCount> count_answers(const std::vector<Draft>& drafts, const Verifier* verifier) {
    const std::shared_ptr<const Verifier> maths = verifier == nullptr ? math_verifier({}) : nullptr;
    Given answers;
    answers.reserve(drafts.size());
    for (const Draft& draft : drafts) answers.push_back(draft.answer);
    return count(answers, verifier == nullptr ? *maths : *verifier);
}

std::vector<std::vector<AnswerCount>> count_part_answers(const std::vector<Draft>& drafts, const Verifier& verifier) {
    const auto parts = verifier.parts();
    std::vector<Given> answers(parts.size(), Given(drafts.size()));
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        if (parts.empty() || !drafts[i].answer) continue;
        PartAnswers given = verifier.take_apart(*drafts[i].answer);
        for (std::size_t part = 0; part < parts.size(); ++part) answers[part][i] = std::move(given[part]);
    }
    std::vector<std::vector<AnswerCount>> out;
    for (std::size_t part = 0; part < parts.size(); ++part) out.push_back(count(answers[part], *parts[part].verifier));
    return out;
}

}  // namespace retort

#include "train/tasks/countdown_between.h"

#include <algorithm>
#include <optional>

namespace retort::train::countdown {
namespace {

using generate::Draws;

constexpr int kCut = 15;  // percent of checks that the budget ends

// What a call that reads candidates comes to: the first that holds, none, or how far it came.
struct Checked {
    std::optional<std::size_t> right;
    std::optional<std::size_t> cut_within;
};

// Checks the candidates, ends by itself or by force, and answers as `answer` words it.
template <class Answer>
void check_and_end(Example& example, const Drafted& drafted, int target, Draws& draws, Answer answer) {
    const Checks checks = checks_of(drafted, target);
    if (happens(draws, kCut)) {
        const std::size_t last = draws.below(checks.starts.size());
        return end_by_force(example, checks.cut_within(last, draws), answer(Checked{std::nullopt, last}));
    }
    const auto right = drafted.any_right() ? std::optional(drafted.first_right) : std::nullopt;
    end(example, checks.words, answer(Checked{right, std::nullopt}));
}

// Plain expressions, one a line.
std::string notes_of(std::vector<Expression>::const_iterator from, std::vector<Expression>::const_iterator to) {
    std::string out;
    for (; from != to; ++from) out += (out.empty() ? "" : "\n") + text_of(*from);
    return out;
}

// Notes are the one that holds, that there is none, or what is left to be checked.
Example summary(const Problem& problem, Candidates& source, Draws& draws) {
    constexpr std::size_t kMostLeft = 4;
    const Drafted drafted = draw_drafts(source, draws);
    const auto& all = drafted.candidates;
    Example out{"summary", asked("summary", problem, {{"candidates", numbered(all, text_of)}}), {}};
    check_and_end(out, drafted, problem.target, draws, [&](const Checked& checked) -> std::string {
        const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
        if (checked.right) return notes_of(at(*checked.right), at(*checked.right + 1));
        if (!checked.cut_within) return std::string(kNone);
        return notes_of(at(*checked.cut_within), at(std::min(all.size(), *checked.cut_within + kMostLeft)));
    });
    return out;
}

// The first that holds; the one that is being checked; where none holds, the first.
Example selection(const std::string& name, const Problem& problem, Candidates& source, Draws& draws) {
    const Drafted drafted = draw_drafts(source, draws);
    const std::string k =
        std::to_string(draws.between(1, std::min<int>(4, static_cast<int>(drafted.candidates.size()))));
    Example out{name, asked(name, problem, {{"candidates", numbered(drafted.candidates, text_of)}, {"k", k}}), {}};
    check_and_end(out, drafted, problem.target, draws, [&](const Checked& checked) {
        const std::size_t chosen = checked.right.value_or(checked.cut_within.value_or(0));
        return std::string(kSelect).append(number_word(static_cast<int>(chosen) + 1));
    });
    return out;
}

Example score(const Problem& problem, Candidates& source, Draws& draws) {
    const Drafted drafted = draw_drafts(source, draws, 1);
    Example out{"judge", asked("judge", problem, {{"candidates", numbered(drafted.candidates, text_of)}}), {}};
    check_and_end(out, drafted, problem.target, draws, [](const Checked& checked) {
        return std::string(checked.cut_within ? kScoreOpen : checked.right ? kScoreRight : kScoreWrong);
    });
    return out;
}

Example analysis(const Problem& problem, Candidates& source, Draws& draws) {
    const Drafted drafted = draw_drafts(source, draws, 1);
    Example out{"analysis", asked("analysis", problem, {{"candidates", numbered(drafted.candidates, text_of)}}), {}};
    check_and_end(out, drafted, problem.target, draws, [](const Checked& checked) {
        return std::string(checked.cut_within ? kFoundNothing : checked.right ? kFoundRight : kFoundWrong);
    });
    return out;
}

// An analysis is believed; where it came to nothing the solution is checked.
Example revision(const Problem& problem, Candidates& source, Draws& draws, double progress) {
    const Drafted drafted = draw_drafts(source, draws, 1);
    const std::string earlier = text_of(drafted.candidates.front());
    const bool open = draws.below(3) == 0;
    const std::string_view found = open ? kFoundNothing : drafted.any_right() ? kFoundRight : kFoundWrong;
    const std::string workspace = std::string(kEarlier) + earlier + std::string(kAnalysis) + std::string(found);
    Example out{"revise", asked("revise_analysed", problem, {{"workspace", workspace}}), {}};
    Words words;
    if (open) words = checks_of(drafted, problem.target).words;
    if (drafted.any_right())
        end(out, words, earlier);
    else
        go_on_searching(out, std::move(words), problem, draws, most_search(draws, progress));
    return out;
}

// What notes hold is checked, where they hold anything.
Example read_notes(const Problem& problem, Candidates& source, Draws& draws, double progress) {
    const bool none = draws.below(2) == 0;
    const Drafted drafted = none ? Drafted{} : draw_drafts(source, draws, 1 + draws.below(2));
    const auto& all = drafted.candidates;
    const std::string workspace = none ? std::string(kNone) : notes_of(all.begin(), all.end());
    Example out{"refine-notes", asked("refine", problem, {{"workspace", workspace}}), {}};
    Words words = checks_of(drafted, problem.target).words;
    if (drafted.any_right())
        end(out, words, text_of(all[drafted.first_right]));
    else
        go_on_searching(out, std::move(words), problem, draws, most_search(draws, progress));
    return out;
}

}  // namespace

Example call_between(const Problem& problem, Draws& draws, double progress) {
    Candidates source(problem, draws);
    switch (draws.below(8)) {
        case 0:
        case 1:
            return summary(problem, source, draws);
        case 2:
            return selection("select", problem, source, draws);
        case 3:
            return selection("compare", problem, source, draws);
        case 4:
            return score(problem, source, draws);
        case 5:
            return analysis(problem, source, draws);
        case 6:
            return revision(problem, source, draws, progress);
        default:
            return read_notes(problem, source, draws, progress);
    }
}

}  // namespace retort::train::countdown

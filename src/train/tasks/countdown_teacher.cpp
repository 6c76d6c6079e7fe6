#include "train/tasks/countdown_teacher.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "train/tasks/countdown_between.h"
#include "train/tasks/countdown_words.h"
#include "verify/kind.h"

namespace retort::train {
namespace {

using namespace countdown;
using generate::Draws;

// From `before` at the beginning to `after` at half of the training and from then on.
double share(double progress, double before, double after) {
    return before + (after - before) * std::min(1.0, 2 * progress);
}

Example draft(const Problem& problem, Draws& draws, double progress) {
    Example out{"draft", asked("draft", problem), {}};
    go_on_searching(out, {}, problem, draws, most_search(draws, progress));
    return out;
}

// As the distiller `conclusions` hands it on.
std::string conclusion_of(const Expression& expression) {
    static const auto any = make_verifier(R"({"kind":"countdown","numbers":[1],"target":1})").verifier;
    const std::string text = text_of(expression);
    return any->extract(text).value_or(text);
}

Example refine(const Problem& problem, Draws& draws, double progress) {
    constexpr int kCut = 10, kConclusions = 15;  // percent
    Candidates source(problem, draws);
    const Drafted drafted = draw_drafts(source, draws);
    const auto text = happens(draws, kConclusions) ? conclusion_of : text_of;
    Example out{"refine", asked("refine", problem, {{"workspace", numbered(drafted.candidates, text)}}), {}};
    Checks checks = checks_of(drafted, problem.target);
    if (!drafted.any_right()) {
        go_on_searching(out, std::move(checks.words), problem, draws, most_search(draws, progress));
        return out;
    }
    const std::string answer = text_of(drafted.candidates[drafted.first_right]);
    if (happens(draws, kCut))
        end_by_force(out, checks.cut_within(drafted.first_right, draws), answer);
    else
        end(out, checks.words, answer);
    return out;
}

int other_than(Draws& draws, int target) {
    constexpr int kNear = 5;
    while (true) {
        const bool near = draws.below(2) == 0;
        const int out = near ? draws.between(target - kNear, target + kNear) : draws.between(1, kMostTarget);
        if (out != target) return out;
    }
}

// Whether a value is the target, in the words of search or of a check: many times over, and nothing else. What the
// traces hold of it is too rare to begin with.
void append_comparison(Example& example, std::string before, int target, Draws& draws) {
    const bool same = draws.below(2) == 0, searching = draws.below(2) == 0;
    if (!searching) before += kEquals;
    before += number_word(same ? target : other_than(draws, target));
    const std::string_view verdict = searching ? (same ? kHit : kMiss) : (same ? kOk : kBad);
    example.completion.push_back({std::move(before), false});
    example.completion.push_back({std::string(verdict)});
}

// Each value with a target of its own, or all with that of a problem that was asked as usual.
Example compare(const Problem& problem, Draws& draws) {
    constexpr int kComparisons = 25, kOfOneProblem = 40;  // the latter in percent
    Example out{"drill-target", {}, {}, false};
    const bool one_problem = happens(draws, kOfOneProblem);
    if (one_problem) out.prompt = asked("draft", problem);
    for (int i = 0; i < kComparisons; ++i) {
        const int target = one_problem ? problem.target : draws.between(kLeastTarget, kMostTarget);
        std::string before;
        if (!one_problem && i == 0) before += kOpening;
        if (!one_problem) before += target_word(target);
        append_comparison(out, std::move(before), target, draws);
    }
    return out;
}

// From a search that hits to the expression.
Example answer(const Problem& problem, Draws& draws, double progress) {
    Candidates source(problem, draws);
    if (source.solutions().empty()) return draft(problem, draws, progress);
    const Solution solution = source.solution();
    Words words;
    for (std::uint64_t misses = draws.below(3); misses > 0; --misses) append_line(words, problem, source.miss());
    append_line(words, problem, solution.way);
    Example out{"drill-answer", asked("draft", problem), {}};
    out.completion.push_back({joined(words), false});
    out.completion.push_back({std::string(kEnd) + text_of(solution.expression)});
    return out;
}

}  // namespace

std::vector<std::string> CountdownTeacher::words() const {
    return all_words();
}

std::string CountdownTeacher::chat_template() const {
    return std::string(countdown::chat_template());
}

const PromptSet& CountdownTeacher::prompts() const {
    return prompt_set();
}

std::map<std::string, double> CountdownTeacher::numbers() const {
    return word_values();
}

Example CountdownTeacher::example(std::uint64_t seed, std::uint64_t index, double progress) const {
    Draws draws(generate::mix(seed, index));
    const Problem problem = problems_.draw(draws);
    double place = static_cast<double>(draws.below(1'000'000)) / 1'000'000;
    const auto falls_into = [&place](double part) {
        place -= part;
        return place < 0;
    };
    if (falls_into(share(progress, 0.30, 0.08))) return compare(problem, draws);
    if (falls_into(share(progress, 0.20, 0.08))) return answer(problem, draws, progress);
    if (falls_into(share(progress, 0.20, 0.36))) return refine(problem, draws, progress);
    if (falls_into(share(progress, 0.04, 0.16))) return call_between(problem, draws, progress);
    return draft(problem, draws, progress);
}

}  // namespace retort::train

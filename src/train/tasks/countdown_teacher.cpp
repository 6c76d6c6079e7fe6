#include "train/tasks/countdown_teacher.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "train/tasks/countdown_candidates.h"
#include "train/tasks/countdown_words.h"

namespace retort::train {
namespace {

using namespace countdown;
using generate::Draws;

constexpr std::string_view kPromptSet = "countdown";

const PromptSet& countdown_prompts() {
    static const PromptSet& set = prompt_set_for(kPromptSet);
    return set;
}

std::vector<Message> prompt_of(const Problem& problem, const std::string& workspace) {
    const PromptSet& set = countdown_prompts();
    const std::vector<int> numbers(problem.numbers.begin(), problem.numbers.end());
    const std::map<std::string, std::string> values{
        {"problem", problem_text(numbers, problem.target)}, {"workspace", workspace}, {"marker", set.marker}};
    return {{"user", render(set.templates.at(workspace.empty() ? "draft" : "refine"), values).value()}};
}

std::string joined(const Words& words) {
    std::string out;
    for (const std::string_view word : words) out += word;
    return out;
}

bool happens(Draws& draws, int percent) {
    return draws.between(1, 100) <= percent;
}

// From `before` at the beginning to `after` at half of the training and from then on.
double share(double progress, double before, double after) {
    return before + (after - before) * std::min(1.0, 2 * progress);
}

// Words of search that an example may have. Short ones first: what a line is, is learnt from a few.
std::size_t most_search(Draws& draws, double progress) {
    constexpr int kMost = 512, kMostAtFirst = 160, kShort = 256, kLeast = 8;
    const int most = kMostAtFirst + static_cast<int>((kMost - kMostAtFirst) * std::min(1.0, 4 * progress));
    const bool whole = happens(draws, 40);
    return static_cast<std::size_t>(whole ? most : draws.between(kLeast, std::min(kShort, most)));
}

// The budget ran out: the engine ends the reasoning. What was found, or is being checked, is answered all the same;
// else there is no answer.
void end_by_force(Example& example, const Words& words, const std::optional<Expression>& answer) {
    example.kind += "-cut";
    example.completion.push_back({joined(words)});
    example.completion.push_back({std::string(kForcedEnd), false});
    if (answer) example.completion.push_back({text_of(*answer)});
}

void end(Example& example, const Words& words, const Expression& answer) {
    example.completion.push_back({joined(words).append(kEnd) + text_of(answer)});
}

// Goes on with the search behind what stands in `words`, of at most so many words.
void go_on_searching(Example& example, Words words, const Problem& problem, Draws& draws, std::size_t most) {
    Search searched = search(problem, draws, most);
    const bool cut = searched.words.size() > most;
    if (cut) searched.words.resize(most);
    words.insert(words.end(), searched.words.begin(), searched.words.end());
    constexpr int kCutJustThen = 5;  // percent
    if (cut || !searched.found) return end_by_force(example, words, std::nullopt);
    if (happens(draws, kCutJustThen)) return end_by_force(example, words, searched.found);
    end(example, words, *searched.found);
}

Example draft(const Problem& problem, Draws& draws, double progress) {
    Example out{"draft", prompt_of(problem, ""), {}};
    go_on_searching(out, {}, problem, draws, most_search(draws, progress));
    return out;
}

std::size_t how_many_candidates(Draws& draws) {
    constexpr std::array kOften{1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 6, 7, 8};
    constexpr int kMany = 4;  // percent
    if (happens(draws, kMany)) return static_cast<std::size_t>(draws.between(9, kMostCandidates));
    return static_cast<std::size_t>(kOften[draws.below(kOften.size())]);
}

// Candidates before the first right one are all wrong; those behind it are not looked at any more.
std::vector<Expression> draw_candidates(Candidates& source, Draws& draws, std::size_t many, std::size_t first_right) {
    constexpr int kSame = 10;  // percent; drafts often have the same answer
    std::vector<Expression> out;
    for (std::size_t i = 0; i < many; ++i) {
        const bool right = i == first_right || (i > first_right && draws.below(2) == 0);
        if (right)
            out.push_back(source.solution().expression);
        else if (i > 0 && i != first_right && happens(draws, kSame))
            out.push_back(out[draws.below(i)]);
        else
            out.push_back(source.mistake());
    }
    return out;
}

std::string workspace_of(const std::vector<Expression>& candidates) {
    std::string out;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        out += fmt::format("{}Candidate {}:\n{}", i == 0 ? "" : "\n\n", i + 1, text_of(candidates[i]));
    return out;
}

Example refine(const Problem& problem, Draws& draws, double progress) {
    constexpr int kNoneRight = 25, kCut = 10;  // percent
    Candidates source(problem, draws);
    const std::size_t many = how_many_candidates(draws);
    const bool none = source.solutions().empty() || happens(draws, kNoneRight);
    const std::size_t first_right = none ? many : draws.below(many);
    const std::vector<Expression> candidates = draw_candidates(source, draws, many, first_right);

    Example out{"refine", prompt_of(problem, workspace_of(candidates)), {}};
    Words words;
    std::size_t last_check = 0;
    for (std::size_t i = 0; i < many && i <= first_right; ++i) {
        last_check = words.size();
        words.push_back(check_word(static_cast<int>(i) + 1));
        append_check(words, candidates[i], problem.target);
    }
    if (none) {
        go_on_searching(out, std::move(words), problem, draws, most_search(draws, progress));
    } else if (happens(draws, kCut)) {
        words.resize(last_check + 1 + draws.below(words.size() - last_check));
        end_by_force(out, words, candidates[first_right]);
    } else {
        end(out, words, candidates[first_right]);
    }
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
    if (one_problem) out.prompt = prompt_of(problem, "");
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
    Example out{"drill-answer", prompt_of(problem, ""), {}};
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
    return countdown_prompts();
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
    if (falls_into(share(progress, 0.20, 0.40))) return refine(problem, draws, progress);
    return draft(problem, draws, progress);
}

}  // namespace retort::train

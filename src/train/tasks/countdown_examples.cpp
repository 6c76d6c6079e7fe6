#include "train/tasks/countdown_examples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace retort::train::countdown {

using generate::Draws;

namespace {

std::size_t how_many_candidates(Draws& draws) {
    constexpr std::array kOften{1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 6, 7, 8};
    constexpr int kMany = 4;  // percent
    if (happens(draws, kMany)) return static_cast<std::size_t>(draws.between(9, kMostCandidates));
    return static_cast<std::size_t>(kOften[draws.below(kOften.size())]);
}

}  // namespace

const PromptSet& prompt_set() {
    static const PromptSet& set = prompt_set_for("countdown");
    return set;
}

std::vector<Message> asked(const std::string& name, const Problem& problem, std::map<std::string, std::string> values) {
    const PromptSet& set = prompt_set();
    const std::vector<int> numbers(problem.numbers.begin(), problem.numbers.end());
    values["problem"] = problem_text(numbers, problem.target);
    values["marker"] = set.marker;
    return {{"user", render(set.templates.at(name), values).value()}};
}

std::string joined(const Words& words) {
    std::string out;
    for (const std::string_view word : words) out += word;
    return out;
}

bool happens(Draws& draws, int percent) {
    return draws.between(1, 100) <= percent;
}

void end(Example& example, const Words& words, const std::string& answer) {
    example.completion.push_back({joined(words).append(kEnd) + answer});
}

void end_by_force(Example& example, const Words& words, const std::string& answer) {
    example.kind += "-cut";
    example.completion.push_back({joined(words)});
    example.completion.push_back({std::string(kForcedEnd), false});
    if (!answer.empty()) example.completion.push_back({answer});
}

std::size_t most_search(Draws& draws, double progress) {
    constexpr int kMost = 512, kMostAtFirst = 160, kShort = 256, kLeast = 8;
    const int most = kMostAtFirst + static_cast<int>((kMost - kMostAtFirst) * std::min(1.0, 4 * progress));
    const bool whole = happens(draws, 40);
    return static_cast<std::size_t>(whole ? most : draws.between(kLeast, std::min(kShort, most)));
}

void go_on_searching(Example& example, Words words, const Problem& problem, Draws& draws, std::size_t most) {
    Search searched = search(problem, draws, most);
    const bool cut = searched.words.size() > most;
    if (cut) searched.words.resize(most);
    words.insert(words.end(), searched.words.begin(), searched.words.end());
    constexpr int kCutJustThen = 5;  // percent
    if (cut || !searched.found) return end_by_force(example, words, "");
    const std::string answer = text_of(*searched.found);
    if (happens(draws, kCutJustThen)) return end_by_force(example, words, answer);
    end(example, words, answer);
}

Drafted draw_drafts(Candidates& source, Draws& draws) {
    return draw_drafts(source, draws, how_many_candidates(draws));
}

Drafted draw_drafts(Candidates& source, Draws& draws, std::size_t many) {
    constexpr int kNoneRight = 25, kSame = 10;  // percent; drafts often have the same answer
    const bool none = source.solutions().empty() || happens(draws, kNoneRight);
    Drafted out{{}, none ? many : draws.below(many)};
    for (std::size_t i = 0; i < many; ++i) {
        const bool right = i == out.first_right || (i > out.first_right && draws.below(2) == 0);
        if (right)
            out.candidates.push_back(source.solution().expression);
        else if (i > 0 && i != out.first_right && happens(draws, kSame))
            out.candidates.push_back(out.candidates[draws.below(i)]);
        else
            out.candidates.push_back(source.mistake());
    }
    return out;
}

std::string numbered(const std::vector<Expression>& candidates, std::string (*text)(const Expression&)) {
    std::string out;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        out += fmt::format("{}Candidate {}:\n{}", i == 0 ? "" : "\n\n", i + 1, text(candidates[i]));
    return out;
}

Words Checks::cut_within(std::size_t candidate, Draws& draws) const {
    const std::size_t from = starts[candidate];
    const std::size_t to = candidate + 1 < starts.size() ? starts[candidate + 1] : words.size();
    Words out = words;
    out.resize(from + 1 + draws.below(to - from));
    return out;
}

Checks checks_of(const Drafted& drafted, int target) {
    Checks out;
    for (std::size_t i = 0; i < drafted.candidates.size() && i <= drafted.first_right; ++i) {
        out.starts.push_back(out.words.size());
        out.words.push_back(check_word(static_cast<int>(i) + 1));
        append_check(out.words, drafted.candidates[i], target);
    }
    return out;
}

}  // namespace retort::train::countdown

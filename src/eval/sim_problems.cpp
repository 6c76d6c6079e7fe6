// What a simulated model can say to the problems of a suite.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "eval/sim_model.h"

namespace retort {
namespace {

constexpr std::size_t kWrongAnswers = 6;
constexpr std::size_t kMostSlips = 40;  // that are tried

std::optional<std::int64_t> whole(std::string_view text) {
    constexpr std::int64_t kMost = 1'000'000'000'000;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool all = error == std::errc() && end == text.data() + text.size();
    return all && value > -kMost && value < kMost ? std::optional(value) : std::nullopt;
}

// Slips that people make: one off, a sign, a factor of two or ten; another letter of a choice; small numbers;
// two characters or the last line wrong.
std::vector<std::string> slips(const std::string& right) {
    std::vector<std::string> out;
    if (const auto n = whole(right)) {
        for (const std::int64_t slip : {*n + 1, *n - 1, 2 * *n, *n + 2, -*n, *n + 10, *n - 2, 10 * *n})
            out.push_back(std::to_string(slip));
        return out;
    }
    if (right.size() == 1 && right[0] >= 'A' && right[0] <= 'E')
        for (const char letter : std::string_view("ABCDE")) out.emplace_back(1, letter);
    for (const char* number : {"1", "2", "0", "-1", "3", "5", "7", "11"}) out.emplace_back(number);
    for (std::size_t i = 0; i + 1 < right.size() && out.size() < kMostSlips; ++i) {  // as grids and plans need it
        if (right[i] == right[i + 1]) continue;
        out.push_back(right);
        std::swap(out.back()[i], out.back()[i + 1]);
    }
    if (const auto line = right.rfind('\n'); line != std::string::npos) out.push_back(right.substr(0, line));
    return out;
}

std::optional<Verdict> verdict_on(const Verifier& verifier, const std::string& answer) {
    const auto found = verifier.extract(sim_solution(answer));
    return found ? std::optional(verifier.judge(*found).verdict) : std::nullopt;
}

Outcome<SimProblem> sim_problem(const SuiteProblem& from) {
    const Problem& problem = from.problem;
    if (!problem.reference)
        return Error{ErrorKind::usage, fmt::format("sim: problem {} (kind {}) has no \"answer\" that could be given",
                                                   problem.id, from.kind)};
    if (problem.verifier->is_slow())
        return Error{ErrorKind::usage,
                     fmt::format("sim: problem {} (kind {}): a simulated model can only speak of kinds "
                                 "that are judged at once, without running anything",
                                 problem.id, from.kind)};
    SimProblem out{problem.id, problem.text, std::string(trim(*problem.reference)), {}};
    if (verdict_on(*problem.verifier, out.right) != Verdict::equal)
        return Error{ErrorKind::usage,
                     fmt::format("sim: problem {} (kind {}): its own answer is not judged right when it stands in a "
                                 "box; a simulated model cannot speak of it",
                                 problem.id, from.kind)};
    for (std::string& slip : slips(out.right)) {
        if (out.wrong.size() == kWrongAnswers) break;
        const bool known = std::find(out.wrong.begin(), out.wrong.end(), slip) != out.wrong.end();
        if (!known && verdict_on(*problem.verifier, slip) == Verdict::different) out.wrong.push_back(std::move(slip));
    }
    if (out.wrong.empty())
        return Error{ErrorKind::usage, fmt::format("sim: problem {} (kind {}): no wrong answer to it could be made",
                                                   problem.id, from.kind)};
    return out;
}

}  // namespace

Outcome<std::vector<SimProblem>> sim_problems(const Suite& suite) {
    std::vector<SimProblem> out;
    for (const SuiteProblem& problem : suite.problems) {
        auto made = sim_problem(problem);
        if (!made) return made.error();
        out.push_back(std::move(*made));
    }
    return out;
}

}  // namespace retort

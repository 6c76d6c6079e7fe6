#include "operator/asked_problem.h"

#include <fmt/format.h>

#include <vector>

#include "base/hash.h"
#include "verify/countdown_question.h"
#include "verify/kind.h"

namespace retort {
namespace {

// What of the question the model does not know; empty: nothing.
std::vector<std::string> beyond(const CountdownQuestion& asked, const Scope& scope) {
    std::vector<std::string> out;
    const auto many = static_cast<int>(asked.numbers.size());
    if (many != scope.numbers) out.push_back(fmt::format("it has {} numbers", many));
    std::string unknown;
    for (const std::int64_t number : asked.numbers)
        if (number < 1 || number > scope.largest) unknown += (unknown.empty() ? "" : ", ") + std::to_string(number);
    if (!unknown.empty()) out.push_back(fmt::format("not from 1 to {}: {}", scope.largest, unknown));
    if (asked.target < scope.target_least || asked.target > scope.target_most)
        out.push_back(fmt::format("its target is {}", asked.target));
    return out;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : "; ") + part;
    return out;
}

std::string not_known(const Scope& scope, const std::string& model, const std::string& found) {
    return fmt::format("the model {} knows {}, and nothing else. This problem is another: {}. It can be asked: \"{}\"",
                       model, scope_words(scope), found, scope.example);
}

}  // namespace

std::string scope_words(const Scope& scope) {
    return fmt::format("Countdown with {} whole numbers from 1 to {} and a target from {} to {}", scope.numbers,
                       scope.largest, scope.target_least, scope.target_most);
}

std::string problem_id(const std::string& text) {
    return "p-" + sha256_hex(text).substr(0, 12);
}

ScopedProblem scoped_problem(const std::string& text, const std::optional<std::string>& reference,
                             const PromptSet& prompts, const std::string& model) {
    ScopedProblem out;
    out.asked.problem = {problem_id(text), text, reference};
    if (!prompts.scope) return out;
    const auto question = read_countdown_question(text);
    if (!question) {
        out.beyond = not_known(*prompts.scope, model, "it does not name a few numbers and one target");
        return out;
    }
    if (const auto found = beyond(*question, *prompts.scope); !found.empty())
        out.beyond = not_known(*prompts.scope, model, joined(found));
    out.asked.line = question->line();
    KindResult made = make_verifier(out.asked.line);
    out.asked.problem = {problem_id(made.problem), made.problem, reference, std::move(made.verifier)};
    out.asked.asked = text;
    return out;
}

bool is_beyond(const Scope& scope, const std::string& text) {
    const auto asked = read_countdown_question(text);
    return !asked || !beyond(*asked, scope).empty();
}

}  // namespace retort

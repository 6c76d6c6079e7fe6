#include "eval/suite_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace retort {
namespace {

// References may be pages long.
std::string shown(std::string_view text) {
    constexpr std::size_t kMostShown = 80;
    const std::string_view begin = utf8_prefix(text, kMostShown);
    return begin.size() < text.size() ? std::string(begin) + "..." : std::string(text);
}

// What is wrong with the reference; empty: nothing.
std::string reference_fault(const Problem& problem) {
    const auto answer = problem.verifier->extract(*problem.reference);
    if (!answer)
        return fmt::format("problem {}: no answer is found in its reference \"{}\"", problem.id,
                           shown(*problem.reference));
    const Judgement judgement = problem.verifier->judge(*answer);
    if (judgement.verdict == Verdict::equal) return "";
    return fmt::format("problem {}: its reference \"{}\", read as an answer, is judged {}{}{}", problem.id,
                       shown(*problem.reference), name(judgement.verdict), judgement.reason.empty() ? "" : ": ",
                       judgement.reason);
}

}  // namespace

SuiteReport check_suite(const std::string& text) {
    SuiteReport out;
    const Suite suite = parse_suite("", text, out.faults);
    for (const SuiteProblem& one : suite.problems) {
        KindCount& count = out.kinds[one.kind];
        ++count.problems;
        if (one.problem.verifier->can_judge()) ++count.judged;
        if (!one.problem.reference) continue;
        ++count.with_reference;
        std::string fault = reference_fault(one.problem);
        if (!fault.empty()) out.faults.add({one.place, std::move(fault)});
    }
    std::sort(out.faults.kept.begin(), out.faults.kept.end(),
              [](const SuiteFault& a, const SuiteFault& b) { return a.place < b.place; });
    return out;
}

}  // namespace retort

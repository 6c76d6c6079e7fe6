#include "eval/suite_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace retort {
namespace {

// References may be pages long.
std::string shown(std::string_view text) {
    constexpr std::size_t kMostShown = 80;
    const std::string_view begin = utf8_prefix(text, kMostShown);
    return begin.size() < text.size() ? std::string(begin) + "..." : std::string(text);
}

// Nothing where no answer is found in the text.
std::optional<Judgement> judged(const Verifier& verifier, const std::string& text) {
    const auto answer = verifier.extract(text);
    if (!answer) return std::nullopt;
    return verifier.judge(*answer);
}

bool is_right(const std::optional<Judgement>& judgement) {
    return judgement && judgement->verdict == Verdict::equal;
}

// What is wrong with the reference; empty: nothing.
std::string reference_fault(const Problem& problem) {
    const std::string& reference = *problem.reference;
    const auto bare = judged(*problem.verifier, reference);
    if (is_right(bare)) return "";
    // A word alone is no answer that one can find in a text; a model would say that it is one.
    const auto boxed = judged(*problem.verifier, "\\boxed{" + reference + "}");
    if (is_right(boxed)) return "";
    const auto& judgement = bare ? bare : boxed;
    if (!judgement)
        return fmt::format("problem {}: no answer is found in its reference \"{}\"", problem.id, shown(reference));
    return fmt::format("problem {}: its reference \"{}\", read as an answer, is judged {}{}{}", problem.id,
                       shown(reference), name(judgement->verdict), judgement->reason.empty() ? "" : ": ",
                       judgement->reason);
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

#include "eval/suite_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"
#include "verify/kind.h"

namespace retort {
namespace {

using nlohmann::json;

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

// ---- keys

// Known keys that a line may have and has not.
std::vector<std::string_view> missing_keys(const json& line) {
    std::vector<std::string_view> out(common_keys().begin(), common_keys().end());
    const std::string kind =
        line.contains("kind") && line["kind"].is_string() ? line["kind"].get<std::string>() : "math";
    for (const VerifierKind& one : verifier_kinds())
        if (one.name == kind) out.insert(out.end(), one.keys.begin(), one.keys.end());
    std::erase_if(out, [&](std::string_view key) { return line.contains(key); });
    return out;
}

bool is_known(std::string_view key) {
    const auto has = [key](std::span<const std::string_view> keys) {
        return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    const auto kinds = verifier_kinds();
    return has(common_keys()) ||
           std::any_of(kinds.begin(), kinds.end(), [&](const auto& kind) { return has(kind.keys); });
}

struct Misspelt {
    std::size_t place = 0;  // its first line
    std::size_t lines = 0;
};

// By the key as it is written and the one that may have been meant.
using MisspeltKeys = std::map<std::pair<std::string, std::string_view>, Misspelt>;

void look_at_keys(std::string_view line, std::size_t place, MisspeltKeys& out) {
    constexpr std::size_t kShort = 5;  // letters; in so short a word two edits make any other
    const json object = json::parse(line, nullptr, false);
    if (!object.is_object()) return;
    const std::vector<std::string_view> missing = missing_keys(object);
    for (const auto& [key, value] : object.items()) {
        if (is_known(key)) continue;
        const std::string_view meant = nearest(key, missing, key.size() <= kShort ? 1 : 2);
        if (meant.empty()) continue;
        Misspelt& one = out[{key, meant}];
        if (one.lines++ == 0) one.place = place;
    }
}

std::vector<SuiteFault> key_warnings(std::string_view text) {
    MisspeltKeys found;
    for (std::size_t place = 1; !text.empty(); ++place) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        look_at_keys(text.substr(0, end), place, found);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    std::vector<SuiteFault> out;
    for (const auto& [keys, one] : found)
        out.push_back(
            {one.place,
             fmt::format("the key \"{}\" is not known and not read{}: did you mean \"{}\"?", shown(keys.first),
                         one.lines > 1 ? fmt::format(" ({} lines)", one.lines) : "", keys.second)});
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
    return out;
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
    out.warnings = key_warnings(text);
    std::sort(out.faults.kept.begin(), out.faults.kept.end(),
              [](const SuiteFault& a, const SuiteFault& b) { return a.place < b.place; });
    return out;
}

}  // namespace retort

// `retort verify`: verdicts on pairs, one JSON line each.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "verify/kind.h"
#include "verify/verdict.h"

namespace retort::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

std::string judged_line(const json& id, std::string_view reference, std::string_view text, bool with_reason) {
    const Comparison judged = judge(reference, text);
    ordered_json out{{"id", id}, {"verdict", name(judged.verdict)}, {"stage", name(judged.stage)}};
    if (with_reason) out["reason"] = explain(reference, text, judged);
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string text_at(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return "";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

// A kind that verifies itself needs no "gold": the rest of the line says what is right.
Outcome<std::string> judge_by_kind(std::string_view line, const json& object, const std::string& where) {
    const KindResult made = make_verifier(line);
    if (!made.error.empty()) return Error{ErrorKind::usage, where + ": " + made.error};
    const auto answer = made.verifier->extract(text_at(object, "pred"));
    const Judgement judged =
        answer ? made.verifier->judge(*answer) : Judgement{Verdict::different, "no answer was found"};
    const ordered_json out{{"id", object.value("id", json())},
                           {"verdict", name(judged.verdict)},
                           {"stage", answer ? text_at(object, "kind") : std::string(name(VerifyStage::missing))},
                           {"reason", judged.reason}};
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

// A line of another kind than maths. A kind that nobody knows is a key like any other: the line has its gold.
bool names_a_kind(const json& object) {
    const std::string kind = text_at(object, "kind");
    const auto kinds = verifier_kinds().subspan(1);
    return std::any_of(kinds.begin(), kinds.end(), [&](const VerifierKind& one) { return one.name == kind; });
}

Outcome<std::string> judge_line(std::string_view line, const std::string& where, bool with_reason) {
    const json object = json::parse(line, nullptr, false);
    const bool by_kind = object.is_object() && names_a_kind(object);
    if (!object.is_object() || !object.contains("pred") || (!by_kind && !object.contains("gold")))
        return Error{
            ErrorKind::usage,
            where + ": expected a JSON object with \"id\", \"gold\" (or a \"kind\" that needs none) and \"pred\""};
    if (by_kind) return judge_by_kind(line, object, where);
    const json id = object.value("id", json());
    return judged_line(id, text_at(object, "gold"), text_at(object, "pred"), with_reason);
}

Outcome<ExitCode> judge_cases(const std::string& file, bool with_reason) {
    const auto text = read_input(file, kMostBytes);
    if (!text) return text.error();
    std::size_t number = 0;
    for (std::string_view rest = *text; !rest.empty();) {
        ++number;
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty()) continue;
        const std::string where = fmt::format("{}:{}", file == "-" ? "standard input" : file, number);
        const auto judged = judge_line(line, where, with_reason);
        if (!judged) return judged.error();
        const auto written = write_stdout(*judged);
        if (!written) return written.error();
    }
    return 0;
}

}  // namespace

Outcome<ExitCode> run_verify(const VerifyArguments& arguments) {
    const bool pair = arguments.reference && arguments.answer;
    const bool none = !arguments.reference && !arguments.answer;
    if (arguments.cases && none) return judge_cases(*arguments.cases, arguments.explain);
    if (arguments.cases || !pair)
        return Error{ErrorKind::usage, "verify: expected --cases FILE.jsonl, or --reference A and --answer B"};
    const auto written = write_stdout(judged_line(nullptr, *arguments.reference, *arguments.answer, arguments.explain));
    if (!written) return written.error();
    return 0;
}

}  // namespace retort::cli

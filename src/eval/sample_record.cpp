#include "eval/sample_record.h"

#include <nlohmann/json.hpp>

#include "base/json_range.h"

namespace retort {
namespace {

using nlohmann::json;

std::optional<std::string> text_or_none(const json& value) {
    return value.is_null() ? std::nullopt : std::optional<std::string>(value.get<std::string>());
}

std::optional<Verdict> verdict_of(const json& value) {
    if (value.is_null()) return std::nullopt;
    const auto text = value.get<std::string>();
    for (const Verdict one : {Verdict::equal, Verdict::different, Verdict::unknown})
        if (name(one) == text) return one;
    return std::nullopt;
}

Finish finish_of(const json& value) {
    return finish_from(value.get<std::string>()).value_or(Finish::error);
}

DraftRecord draft_of(const json& object) {
    DraftRecord out;
    out.path = object.at("path");
    out.answer = text_or_none(object.at("answer"));
    out.finish = finish_of(object.at("finish"));
    out.has_solution = object.at("has_solution");
    out.verdict = verdict_of(object.at("verdict"));
    out.tokens_in = object.at("tokens_in");
    out.tokens_out = object.at("tokens_out");
    out.wall_s = object.at("wall_s");
    return out;
}

Workspace workspace_of(const json& object) {
    Workspace out;
    out.text = object.at("text");
    out.tokens = object.at("tokens");
    out.truncated = object.at("truncated");
    out.distiller = object.at("distiller");
    out.sources = object.at("sources").get<std::vector<std::string>>();
    out.read_by = object.at("read_by").get<std::vector<std::string>>();
    for (const json& cut : object.at("cuts")) out.cuts.push_back({cut.at("path"), cut.at("tokens"), cut.at("kept")});
    return out;
}

CallRecord call_of(const json& object) {
    return {object.at("path"), finish_of(object.at("finish")), object.at("tokens_in"), object.at("tokens_out")};
}

RoundRecord round_of(const json& object) {
    RoundRecord out;
    out.width = object.at("width");
    for (const json& draft : object.at("drafts")) out.drafts.push_back(draft_of(draft));
    for (const json& workspace : object.at("workspaces")) out.workspaces.push_back(workspace_of(workspace));
    out.stopped_early = object.at("stopped_early");
    if (object.contains("calls"))
        for (const json& call : object["calls"]) out.calls.push_back(call_of(call));
    if (object.contains("b_seq")) out.b_seq = object["b_seq"].get<std::int64_t>();
    return out;
}

BudgetTotals budget_of(const json& object) {
    BudgetTotals out;
    out.b_seq = object.at("b_seq");
    out.b_total = object.at("b_total");
    out.b_seq_nominal = object.at("b_seq_nominal");
    out.max_call_tokens = object.at("max_call_tokens");
    out.tokens_in = object.at("tokens_in");
    out.tokens_out = object.at("tokens_out");
    out.tokens_reasoning = object.at("tokens_reasoning");
    out.tokens_cached = object.at("tokens_cached");
    out.calls = object.at("calls");
    out.failed_calls = object.at("failed_calls");
    out.estimated = object.at("estimated");
    return out;
}

}  // namespace

Outcome<SampleRecord> sample_record(const std::string& problem, int sample, const std::string& body_json) {
    try {
        const json object = json::parse(body_json, within_64_bits<json>);
        SampleRecord out;
        out.problem = problem;
        out.sample = sample;
        out.answer = text_or_none(object.at("answer"));
        out.text = object.at("text");
        out.verdict = verdict_of(object.at("verdict"));
        out.error = text_or_none(object.at("error"));
        out.budget = budget_of(object.at("budget"));
        out.wall_s = object.at("wall_s");
        for (const json& round : object.at("rounds")) out.rounds.push_back(round_of(round));
        if (!object.at("final").is_null()) out.final = call_of(object["final"]);
        out.warnings = object.at("warnings").get<std::vector<std::string>>();
        return out;
    } catch (const json::exception& error) {
        return Error{ErrorKind::file, "the result of problem " + problem + " cannot be read: " + error.what()};
    }
}

}  // namespace retort

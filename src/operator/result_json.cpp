#include "operator/result_json.h"

#include <nlohmann/json.hpp>

namespace retort {
namespace {

using nlohmann::ordered_json;

template <class T>
ordered_json or_null(const std::optional<T>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json verdict_json(const std::optional<Verdict>& verdict) {
    return verdict ? ordered_json(name(*verdict)) : ordered_json(nullptr);
}

ordered_json budget_json(const BudgetTotals& budget) {
    return {{"b_seq", budget.b_seq},
            {"b_total", budget.b_total},
            {"b_seq_nominal", budget.b_seq_nominal},
            {"max_call_tokens", budget.max_call_tokens},
            {"tokens_in", budget.tokens_in},
            {"tokens_out", budget.tokens_out},
            {"tokens_reasoning", budget.tokens_reasoning},
            {"tokens_cached", budget.tokens_cached},
            {"calls", budget.calls},
            {"failed_calls", budget.failed_calls},
            {"estimated", budget.estimated}};
}

// A draft that the policy did not wait for has no completion of its own.
Finish finish_of(const Draft& draft) {
    return draft.landed ? draft.completion.finish : Finish::cancelled;
}

ordered_json draft_json(const Draft& draft) {
    ordered_json out{{"path", draft.path},
                     {"answer", or_null(draft.answer)},
                     {"finish", name(finish_of(draft))},
                     {"tokens_in", draft.completion.usage.in},
                     {"tokens_out", draft.completion.usage.out},
                     {"wall_s", draft.completion.wall_s},
                     {"has_solution", draft.has_solution},
                     {"verdict", verdict_json(draft.verdict)}};
    if (draft.completion.error) out["error"] = draft.completion.error->message;
    return out;
}

ordered_json workspace_json(const Workspace& workspace) {
    ordered_json cuts = ordered_json::array();
    for (const Cut& cut : workspace.cuts)
        cuts.push_back({{"path", cut.path}, {"tokens", cut.tokens}, {"kept", cut.kept}});
    return {{"text", workspace.text},           {"tokens", workspace.tokens},   {"truncated", workspace.truncated},
            {"distiller", workspace.distiller}, {"sources", workspace.sources}, {"read_by", workspace.read_by},
            {"cuts", std::move(cuts)}};
}

// A call that has no more to tell than what it cost and how it ended.
template <class Call>
ordered_json call_json(const Call& call) {
    return {{"path", call.path},
            {"finish", name(call.finish)},
            {"tokens_in", call.tokens_in},
            {"tokens_out", call.tokens_out}};
}

ordered_json round_json(const RoundState& round) {
    ordered_json drafts = ordered_json::array();
    for (const Draft& draft : round.drafts) drafts.push_back(draft_json(draft));
    ordered_json workspaces = ordered_json::array();
    for (const Workspace& workspace : round.workspaces) workspaces.push_back(workspace_json(workspace));
    ordered_json calls = ordered_json::array();
    for (const DistillerCall& call : round.calls) calls.push_back(call_json(call));
    return {{"width", round.spec.width},           {"drafts", std::move(drafts)},
            {"workspaces", std::move(workspaces)}, {"stopped_early", round.stopped_early},
            {"calls", std::move(calls)},           {"b_seq", round.b_seq}};
}

ordered_json final_json(const std::optional<FinalCall>& final) {
    return final ? call_json(*final) : ordered_json(nullptr);
}

ordered_json choice_json(const Choice& choice) {
    ordered_json calls = ordered_json::array();
    for (const JudgeCall& call : choice.calls) {
        ordered_json one{{"path", call.path}, {"read", call.read}};
        if (call.read.size() == 1)
            one["score"] = or_null(call.score);
        else
            one["chose"] = or_null(call.chose);
        calls.push_back(std::move(one));
    }
    const std::optional<std::string> draft = choice.draft.empty() ? std::nullopt : std::optional(choice.draft);
    return {{"draft", or_null(draft)}, {"calls", std::move(calls)}};
}

}  // namespace

std::string result_json(const ResultHead& head, const RunResult& result) {
    ordered_json rounds = ordered_json::array();
    for (const RoundState& round : result.rounds) rounds.push_back(round_json(round));
    ordered_json out{{"problem", head.problem},
                     {"answer", or_null(result.answer)},
                     {"text", result.text},
                     {"operator", head.operator_name},
                     {"model", head.model},
                     {"seed", head.seed},
                     {"verdict", verdict_json(result.verdict)},
                     {"wall_s", head.wall_s},
                     {"error", result.error ? ordered_json(result.error->message) : ordered_json(nullptr)},
                     {"version", 1},
                     {"budget", budget_json(result.budget)},
                     {"rounds", std::move(rounds)},
                     {"final", final_json(result.final)},
                     {"warnings", result.warnings},
                     {"problem_id", head.problem_id},
                     {"run", head.run}};
    if (result.choice) out["choice"] = choice_json(*result.choice);
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace retort

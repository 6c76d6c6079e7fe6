#include "operator/engine.h"

#include <fmt/format.h>

#include "operator/choosing.h"
#include "operator/distilling.h"
#include "operator/finishing.h"
#include "operator/judging.h"
#include "operator/round_runner.h"

namespace retort {
namespace {

const Round* last_round(const RunState& run) {
    return run.view.rounds.empty() ? nullptr : &run.view.rounds.back().spec;
}

// What the readers of the next step get from the drafts of the last round.
Task<std::vector<HandedOn>> hand_on(RunState& run, Decision next, std::vector<std::string> readers, std::string model) {
    if (run.view.rounds.empty()) co_return std::vector<HandedOn>(readers.size());
    const int round = static_cast<int>(run.view.rounds.size());
    const Round from = *last_round(run);
    std::vector<PlannedStep> steps = planned_steps(run, &from, next, run.policy->rest(run.view), Distilled::not_yet);
    std::vector<HandedOn> out = co_await distil(run, round, std::move(readers), std::move(model), std::move(steps));
    co_return out;
}

// Whether the budgets can do at all, before anything is asked.
Task<std::optional<BudgetShortfall>> check_budget(RunState& run, Decision first) {
    std::vector<PlannedStep> steps = planned_steps(run, nullptr, first, run.policy->rest(run.view), Distilled::not_yet);
    const Allowed out = co_await allowed(run, std::move(steps), std::nullopt, {});
    co_return out.shortfall;
}

Task<RoundOutcome> next_round(RunState& run, Round round) {
    const int number = static_cast<int>(run.view.rounds.size()) + 1;
    run.warnings.next_stage();
    std::vector<HandedOn> handed =
        co_await hand_on(run, round, draft_paths(number, round.width), run.model_name(round.model, {}));
    if (run.stop.stop_requested()) co_return RoundOutcome{Wait{}, Error{ErrorKind::interrupted, "interrupted"}};
    run.warnings.next_stage();
    RoundOutcome out = co_await run_round(run, std::move(round), std::move(handed));
    co_return out;
}

// The finishes that take their answer from a draft of the last round.
Task<std::optional<Error>> finish_over_drafts(RunState& run, FinishStep step, RunResult& result) {
    if (run.view.rounds.empty())
        co_return Error{ErrorKind::usage, fmt::format("policy {}: a finish of the kind {} needs a round to decide over",
                                                      run.policy->name(), name(step.kind))};
    std::optional<Error> error;
    if (step.kind == FinishKind::vote)
        finish_by_vote(run, result);
    else if (step.kind == FinishKind::vote_parts)
        finish_by_part_vote(run, result);
    else if (step.kind == FinishKind::best)
        error = co_await finish_by_best(run, step, result);
    else
        error = co_await finish_by_tournament(run, step, result);
    co_return error;
}

Task<std::optional<Error>> finish(RunState& run, FinishStep step, RunResult& result) {
    run.warnings.next_stage();
    if (step.kind != FinishKind::call) {
        std::optional<Error> undecided = co_await finish_over_drafts(run, step, result);
        co_return undecided;
    }
    const std::string model = run.model_name(step.model, run.deps.models.final);
    std::vector<HandedOn> handed = co_await hand_on(run, step, {"final"}, model);
    if (run.stop.stop_requested()) co_return Error{ErrorKind::interrupted, "interrupted"};
    run.warnings.next_stage();
    std::optional<Error> error = co_await finish_by_call(run, step, std::move(handed.front()), result);
    if (run.stop.stop_requested()) co_return Error{ErrorKind::interrupted, "interrupted"};
    co_return error;
}

// A budget that ran out on the way, since a prompt was longer than foreseen: the drafts that were paid for decide.
bool settle_for_drafts(RunState& run, RunResult& result) {
    if (!result.error || result.error->kind != ErrorKind::budget || run.view.rounds.empty()) return false;
    run.warnings.next_stage();
    run.warnings.add(result.error->message + "; the drafts so far vote on the answer instead");
    finish_by_vote(run, result);
    return result.answer.has_value();
}

// The loop that every method runs in.
Task<void> loop(RunState& run, RunResult& result) {
    Decision next = run.policy->decide(run.view);
    const std::optional<BudgetShortfall> shortfall = co_await check_budget(run, next);
    if (shortfall) result.error = too_small(*shortfall);
    while (!result.error) {
        if (std::holds_alternative<Wait>(next)) {
            result.error =
                Error{ErrorKind::usage, "policy " + run.policy->name() + " waits although no draft is under way"};
        } else if (const auto* round = std::get_if<Round>(&next)) {
            RoundOutcome outcome = co_await next_round(run, *round);
            result.error = std::move(outcome.error);
            next = std::move(outcome.next);
        } else {
            result.error = co_await finish(run, std::get<FinishStep>(next), result);
            break;
        }
    }
}

Task<void> conclude(RunState& run, RunResult& result) {
    if (settle_for_drafts(run, result)) result.error.reset();
    if (result.answer || !result.error) result.verdict = co_await verdict_on(run.problem, result.answer);
    if (run.answer_nodes.empty() && !run.view.rounds.empty()) {
        for (const Draft& draft : run.view.rounds.back().drafts)
            if (draft.node) run.answer_nodes.push_back(*draft.node);
    }
    result.budget = run.ledger.totals(run.answer_nodes);
    result.warnings = run.warnings.lines();
    result.rounds = std::move(run.view.rounds);
}

}  // namespace

Task<std::optional<BudgetShortfall>> budget_shortfall(Problem problem, std::shared_ptr<const Policy> policy,
                                                      RunSettings settings, EngineDependencies dependencies) {
    RunState run(std::move(problem), std::move(policy), std::move(settings), std::move(dependencies), {});
    try {
        Decision first = run.policy->decide(run.view);
        const std::optional<BudgetShortfall> shortfall = co_await check_budget(run, std::move(first));
        co_return shortfall;
    } catch (const ErrorException&) {  // a template or model that nobody has: the run itself says so
        co_return std::nullopt;
    }
}

Task<RunResult> run_operator(Problem problem, std::shared_ptr<const Policy> policy, RunSettings settings,
                             EngineDependencies dependencies, std::stop_token stop) {
    RunState run(std::move(problem), std::move(policy), std::move(settings), std::move(dependencies), std::move(stop));
    RunResult result;
    try {
        co_await loop(run, result);
    } catch (const ErrorException& thrown) {  // a template or model that the schedule names and nobody has
        result.error = thrown.error();
    }
    co_await conclude(run, result);
    co_return result;
}

}  // namespace retort

#include "operator/planning.h"

#include <fmt/format.h>

namespace retort {
namespace {

constexpr std::int64_t kLeastOut = 16;      // a call that may write less is of no use
constexpr std::int64_t kBytesPerToken = 3;  // as texts are estimated where there is no tokenizer
constexpr std::int64_t kJoints = 16;        // tokens that joining texts may add

// What a step reads of the drafts of `from`, by its distiller.
void read_workspace(PlannedStep& step, const Round* from) {
    if (from == nullptr || from->distil.kind == DistillerKind::none) return;
    const Distil& distil = from->distil;
    const bool whole = distil.kind == DistillerKind::full || distil.workspace == 0;
    if (whole || distil.kind == DistillerKind::analysis) step.candidates = {from->width, from->think, from->max_answer};
    if (!whole) step.reads = distil.workspace;
}

void add_distilling(const RunState& run, std::vector<PlannedStep>& steps, const Round& from, std::int64_t readers) {
    const Distil& distil = from.distil;
    const int calls = distil_calls(distil.kind, static_cast<int>(readers));
    if (calls == 0) return;
    PlannedStep step;
    step.width = calls;
    step.prompt = distil_prompt(distil);
    step.model = run.model_name(distil.model, run.deps.models.distil);
    step.think = distil.think;
    step.max_answer = distil.max_answer;
    step.candidates = {from.width, from.think, from.max_answer};
    steps.push_back(step);
}

void add_round(const RunState& run, std::vector<PlannedStep>& steps, const Round& round, const Round* from) {
    PlannedStep step;
    step.width = round.width;
    step.prompt = from == nullptr ? "draft" : round.prompt;
    step.model = run.model_name(round.model, {});
    step.think = round.think;
    step.max_answer = round.max_answer;
    read_workspace(step, from);
    steps.push_back(step);
}

void add_finish(const RunState& run, std::vector<PlannedStep>& steps, const FinishStep& finish, const Round* from) {
    if (is_judged(finish.kind) && from != nullptr) {
        const std::vector<PlannedStep> judged = judge_steps(run, finish, *from, from->width);
        steps.insert(steps.end(), judged.begin(), judged.end());
    }
    if (finish.kind != FinishKind::call) return;
    PlannedStep step;
    step.prompt = from == nullptr ? "draft" : finish.prompt;
    step.model = run.model_name(finish.model, run.deps.models.final);
    step.think = finish.think;
    step.max_answer = finish.max_answer;
    read_workspace(step, from);
    steps.push_back(step);
}

// Tokens of the step's prompt with the problem but without what it reads, and how texts of estimated length scale.
struct PromptSize {
    std::int64_t base = 0;
    double scale = 1.0;  // prompt tokens for each token of a text that was counted as text
};

Task<PromptSize> prompt_size(RunState& run, PlannedStep step) {
    const RenderedPrompt prompt = render_prompt(run, step.prompt, empty_values());
    const Messages messages = std::make_shared<const std::vector<Message>>(prompt.messages);
    const TokenCount counted = co_await run.model(step.model).count_prompt(messages);
    PromptSize out{counted.tokens, 1.0};
    std::size_t bytes = 0;
    for (const Message& message : prompt.messages) bytes += message.content.size();
    if (!counted.exact && bytes > 0)
        out.scale = static_cast<double>(counted.tokens * kBytesPerToken) / static_cast<double>(bytes);
    co_return out;
}

Stage stage_of(const PlannedStep& step, const PromptSize& size) {
    Stage stage;
    stage.width = step.width;
    stage.prompt = size.base;
    if (step.reads > 0)
        stage.prompt += static_cast<std::int64_t>(static_cast<double>(step.reads) * size.scale) + kJoints;
    stage.candidates = step.candidates;
    stage.want = step.think + step.max_answer;
    stage.least = std::min(kLeastOut, stage.want);
    return stage;
}

BudgetShortfall shortfall_of(const BudgetSettings& budget, const BudgetLeft& left, const Allotment& allotment) {
    const bool seq = left.seq && *left.seq < allotment.smallest_seq;
    const std::int64_t given = seq ? *budget.seq : *budget.total;
    const std::int64_t short_of = seq ? allotment.smallest_seq - *left.seq : allotment.smallest_total - *left.total;
    return {seq ? "--budget-seq" : "--budget-total", given, given + short_of};
}

}  // namespace

Error too_small(const BudgetShortfall& shortfall) {
    return {ErrorKind::budget,
            fmt::format("{0} {1} is too small to answer: the smallest that would do is {2}. Give {0} {2}, or an "
                        "operator with fewer calls, or a smaller --workspace",
                        shortfall.option, shortfall.given, shortfall.smallest)};
}

std::map<std::string, std::string> empty_values() {
    return {{"workspace", ""}, {"candidates", ""}, {"count", "100"}, {"k", "100"}, {"workspace_words", "10000"}};
}

std::vector<PlannedStep> judge_steps(const RunState& run, const FinishStep& finish, const Round& from,
                                     std::int64_t drafts) {
    PlannedStep step;
    step.prompt = finish.prompt;
    step.model = run.model_name(finish.model, run.deps.models.judge);
    step.think = finish.think;
    step.max_answer = finish.max_answer;
    const std::int64_t read = finish.kind == FinishKind::best ? 1 : std::min<std::int64_t>(finish.group, drafts);
    step.candidates = {read, from.think, from.max_answer};
    std::vector<PlannedStep> steps;
    for (const std::int64_t calls : finish_calls(finish, drafts)) {
        step.width = calls;
        steps.push_back(step);
    }
    return steps;
}

std::string distil_prompt(const Distil& distil) {
    if (!distil.prompt.empty()) return distil.prompt;
    switch (distil.kind) {
        case DistillerKind::summary:
            return "summary";
        case DistillerKind::analysis:
            return "analysis";
        default:
            return "select";
    }
}

std::vector<PlannedStep> planned_steps(const RunState& run, const Round* from, const Decision& next,
                                       const Schedule& rest, Distilled distilled) {
    std::vector<PlannedStep> steps;
    bool distil = distilled == Distilled::not_yet;
    const auto add = [&](const Round& round) {
        if (from != nullptr && distil) add_distilling(run, steps, *from, round.width);
        add_round(run, steps, round, from);
        from = &round;
        distil = true;
    };
    const auto finish = [&](const FinishStep& step) {
        if (from != nullptr && distil && step.kind == FinishKind::call) add_distilling(run, steps, *from, 1);
        add_finish(run, steps, step, from);
    };
    if (const auto* round = std::get_if<Round>(&next)) {
        add(*round);
        for (const Round& later : rest.rounds) add(later);
        finish(rest.finish);
    } else if (const auto* last = std::get_if<FinishStep>(&next)) {
        finish(*last);
    }
    return steps;
}

Task<Allowed> allowed(RunState& run, std::vector<PlannedStep> steps, std::optional<std::vector<Message>> prompt,
                      std::vector<NodeId> parents) {
    const BudgetSettings& budget = run.settings.budget;
    if ((!budget.seq && !budget.total) || steps.empty()) co_return Allowed();
    std::vector<Stage> stages;
    for (const PlannedStep& step : steps) {
        const PromptSize size = co_await prompt_size(run, step);
        stages.push_back(stage_of(step, size));
    }
    if (prompt) {  // what the first step reads is known by now
        const Messages messages = std::make_shared<const std::vector<Message>>(std::move(*prompt));
        const TokenCount counted = co_await run.model(steps.front().model).count_prompt(messages);
        stages.front().prompt = counted.tokens;
        stages.front().candidates = {};
    }
    BudgetLeft left;
    if (budget.seq) left.seq = *budget.seq - run.ledger.heaviest_path(parents);
    if (budget.total) left.total = *budget.total - run.ledger.total();
    const Allotment allotment = allot(stages, left);
    if (!allotment.enough) co_return Allowed{std::nullopt, shortfall_of(budget, left, allotment)};
    co_return Allowed{allotment.out, std::nullopt};
}

Task<Outcome<std::optional<std::int64_t>>> allowance(RunState& run, std::vector<PlannedStep> steps,
                                                     std::optional<std::vector<Message>> prompt,
                                                     std::vector<NodeId> parents) {
    const Allowed out = co_await allowed(run, std::move(steps), std::move(prompt), std::move(parents));
    if (out.shortfall) co_return too_small(*out.shortfall);
    co_return out.most;
}

}  // namespace retort

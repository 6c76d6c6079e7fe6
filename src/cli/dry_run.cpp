#include "cli/dry_run.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/display/text.h"
#include "model/language_model.h"

namespace retort::cli {
namespace {

using nlohmann::ordered_json;

// Tokens that each call reads at least: the problem, by estimate.
std::int64_t problem_tokens(const SolvePlan& plan) {
    return estimate_tokens(plan.config.problem.text).tokens;
}

// Whether each sequential call can have read the problem and written a token at all; and whether nothing will be cut.
std::string budget_words(const SolvePlan& plan, const CallPlan& calls) {
    const BudgetSettings& budget = plan.config.settings.budget;
    const std::int64_t reads = problem_tokens(plan);
    const auto judged = [&](std::int64_t limit, std::int64_t count, std::int64_t writes) {
        const std::int64_t least = count * (reads + 1);
        if (limit < least)
            return fmt::format("{}: too small: the problem alone is read {} times, about {} tokens", grouped(limit),
                               count, grouped(least));
        if (limit < writes)
            return fmt::format("{}: calls will be cut to it, {} would never bind", grouped(limit),
                               grouped(writes + count * reads));
        return fmt::format("{}: enough", grouped(limit));
    };
    std::string out;
    if (budget.seq) {
        const auto& s = plan.config.schedule;
        std::int64_t longest = 0;
        for (const Round& round : s.rounds) {
            longest += round.think + round.max_answer;
            if (distil_calls(round.distil.kind, 1) > 0) longest += round.distil.think + round.distil.max_answer;
        }
        const std::int64_t drafts = s.rounds.empty() ? 0 : s.rounds.back().width;
        const auto stages = static_cast<std::int64_t>(finish_calls(s.finish, drafts).size());
        longest += stages * (s.finish.think + s.finish.max_answer);
        out += "budget-seq        " + judged(*budget.seq, calls.sequential, longest) + "\n";
    }
    if (budget.total) out += "budget-total      " + judged(*budget.total, calls.calls, calls.most_tokens_out) + "\n";
    return out;
}

std::string widths(const Schedule& schedule) {
    std::string out;
    for (const Round& round : schedule.rounds) out += (out.empty() ? "" : ", ") + std::to_string(round.width);
    return out.empty() ? "none" : out;
}

std::string models_words(const RunConfig& config) {
    std::string out = config.model;
    if (config.distill_model != config.model) out += ", distiller " + config.distill_model;
    if (config.judge_model != config.model) out += ", judge " + config.judge_model;
    if (config.final_model != config.model) out += ", final " + config.final_model;
    for (const std::string& name : models_of(config.schedule)) out += ", " + name;
    return out;
}

}  // namespace

std::string dry_run_text(const SolvePlan& plan, const Settings& settings) {
    const CallPlan calls = plan_calls(plan.config.schedule);
    const RunConfig& config = plan.config;
    std::string out;
    const auto line = [&out](std::string_view what, const std::string& value) {
        out += pad_right(what, 18) + value + "\n";
    };
    line("operator", config.schedule.name);
    line("model", models_words(config));
    line("where", settings.text("url").value_or("in process"));
    line("prompts", fmt::format("{} ({})", plan.prompts.name, config.prompts.substr(0, 12)));
    line("drafts a round", widths(config.schedule));
    line("calls", fmt::format("{} in {}, {} one after another; repairs and retries apart", grouped(calls.calls),
                              counted(calls.rounds, "round"), grouped(calls.sequential)));
    line("tokens written", fmt::format("at most {}", grouped(calls.most_tokens_out)));
    line("b_seq_nominal", grouped(calls.b_seq_nominal));
    out += budget_words(plan, calls);
    line("run", run_id(config).substr(0, 12));
    return out;
}

std::string dry_run_json(const SolvePlan& plan, const Settings& settings) {
    const CallPlan calls = plan_calls(plan.config.schedule);
    const ordered_json out{{"dry_run", true},
                           {"operator", plan.config.schedule.name},
                           {"model", plan.config.model},
                           {"url", settings.text("url") ? ordered_json(*settings.text("url")) : ordered_json(nullptr)},
                           {"prompts", plan.prompts.name},
                           {"rounds", calls.rounds},
                           {"calls", calls.calls},
                           {"sequential_calls", calls.sequential},
                           {"most_tokens_out", calls.most_tokens_out},
                           {"b_seq_nominal", calls.b_seq_nominal},
                           {"config", ordered_json::parse(config_json(plan.config))},
                           {"run", run_id(plan.config)}};
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace retort::cli

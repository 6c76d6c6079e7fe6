#include "cli/sweep_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/display/text.h"
#include "model/language_model.h"

namespace retort::cli {
namespace {

using nlohmann::ordered_json;

constexpr int kGap = 3;

// Cells as aligned columns; the first `left` at the left, the others at the right.
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t left) {
    std::vector<int> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) line += std::string(kGap, ' ');
            line += i < left ? pad_right(row[i], widths[i]) : pad_left(row[i], widths[i]);
        }
        out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
}

int width_of(const std::vector<std::vector<std::string>>& rows) {
    int widest = 0;
    const std::string all = table(rows, 0);
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = all.find('\n', at);
        widest = std::max(widest, columns(all.substr(at, end - at)));
        at = end + 1;
    }
    return widest;
}

// All rows have the same there.
bool tells_nothing(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
    return std::all_of(rows.begin() + 1, rows.end(), [&](const auto& row) { return row[column] == rows[1][column]; });
}

// The first row names the columns. Those of `kLeastFirst` are left out in turn until the rest fits.
std::vector<std::vector<std::string>> narrowed(std::vector<std::vector<std::string>> rows, int width) {
    struct Column {
        std::string_view name;
        bool only_if_same;
    };
    constexpr std::array kLeastFirst{Column{"shared", false},   Column{"failed", true}, Column{"workspace", false},
                                     Column{"model", true},     Column{"calls", false}, Column{"cut", true},
                                     Column{"distiller", false}};
    for (const Column& least : kLeastFirst) {
        if (width == 0 || width_of(rows) <= width) break;
        const auto found = std::find(rows[0].begin(), rows[0].end(), least.name);
        const auto column = static_cast<std::size_t>(found - rows[0].begin());
        if (least.only_if_same && !tells_nothing(rows, column)) continue;
        for (auto& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
    }
    return rows;
}

// Names at the left, figures at the right.
std::string narrow_table(std::vector<std::vector<std::string>> cells, int width) {
    const auto rows = narrowed(std::move(cells), width);
    const auto figures = std::find_if(rows[0].begin(), rows[0].end(), [](const std::string& column) {
        return column == "workspace" || column == "think";
    });
    return table(rows, static_cast<std::size_t>(figures - rows[0].begin()));
}

// What tells the runs of one sweep apart, beside operator and model.
std::vector<std::string> names_of(const EvalConfig& config) {
    const Schedule& schedule = config.method.schedule;
    const std::string distiller = distiller_words(schedule);
    const std::string workspace = distiller.empty() ? "" : grouped(schedule.rounds.front().distil.workspace);
    const std::int64_t think = schedule.rounds.empty() ? schedule.finish.think : schedule.rounds.front().think;
    return {one_line(config.method.model), schedule.name, distiller, workspace, grouped(think)};
}

std::string accuracy(const EvalSummary& summary) {
    return summary.mean ? fmt::format("{:.1f} %", 100 * summary.mean->value) : "-";
}

std::string interval(const EvalSummary& summary) {
    if (!summary.mean || !summary.mean->ci) return "";
    return fmt::format("{:.1f} to {:.1f}", 100 * summary.mean->ci->lo, 100 * summary.mean->ci->hi);
}

std::string rounded(double value) {
    return grouped(std::llround(value));
}

// What the table below it is of, where that is not the whole suite.
std::string shard_line(const EvalConfig& run, const std::optional<Shard>& shard) {
    return shard ? shard_words(*shard, run.problems) + "\n" : "";
}

// First-round calls that are the same whatever comes after them.
std::string first_round_key(const MethodConfig& method) {
    const Round& round = method.schedule.rounds.front();
    const std::string& model = round.model.empty() ? method.model : round.model;
    return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", model, round.think, round.max_answer, method.prompts,
                       method.settings.seed, method.settings.sampling.temperature, method.settings.sampling.top_p,
                       method.settings.sampling.logprobs);
}

bool binds(const MethodConfig& method) {
    return method.settings.budget.seq.has_value() || method.settings.budget.total.has_value();
}

// Calls of first rounds, per problem, that another run of the sweep has drawn.
std::int64_t shared_per_problem(const std::vector<EvalConfig>& runs, std::int64_t* tokens_out) {
    std::map<std::string, std::map<int, int>> widest;  // by key and sample: drafts that some run has drawn
    std::int64_t shared = 0;
    for (const EvalConfig& run : runs) {
        if (run.method.schedule.rounds.empty() || binds(run.method)) continue;
        const Round& round = run.method.schedule.rounds.front();
        auto& drawn = widest[first_round_key(run.method)];
        for (int sample = 0; sample < run.samples; ++sample) {
            int& width = drawn[sample];
            const int same = std::min(width, round.width);
            shared += same;
            *tokens_out += same * (round.think + round.max_answer);
            width = std::max(width, round.width);
        }
    }
    return shared;
}

// Tokens that the calls of a sample read: the problem each, and workspaces.
std::int64_t reads(const EvalConfig& config, std::int64_t problem) {
    const Schedule& schedule = config.method.schedule;
    std::int64_t out = plan_calls(schedule).calls * problem;
    for (std::size_t i = 0; i < schedule.rounds.size(); ++i) {
        const Round& round = schedule.rounds[i];
        if (round.distil.kind == DistillerKind::none) continue;
        const std::int64_t readers = i + 1 < schedule.rounds.size() ? schedule.rounds[i + 1].width : 1;
        out += readers * round.distil.workspace;
        out += distil_calls(round.distil.kind, static_cast<int>(readers)) * round.width * round.max_answer;
    }
    return out;
}

std::string dumped(const ordered_json& object) {
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string sweep_text(const std::vector<SweepRow>& rows, int width) {
    std::vector<std::vector<std::string>> cells{{"model", "operator", "distiller", "workspace", "think", "accuracy",
                                                 "95 % interval", "b_seq", "b_total", "calls", "shared", "cut",
                                                 "failed"}};
    bool simulated = false;
    for (const SweepRow& row : rows) {
        std::vector<std::string> line = names_of(*row.config);
        for (const std::string& cell :
             {accuracy(row.summary), interval(row.summary), rounded(row.summary.b_seq), rounded(row.summary.b_total),
              grouped(row.summary.calls), grouped(row.ending.shared_calls), grouped(row.summary.truncated),
              grouped(row.summary.failed)})
            line.push_back(cell);
        cells.push_back(std::move(line));
        simulated = simulated || is_simulated(row.config->method);
    }
    const std::string shard = rows.empty() ? "" : shard_line(*rows.front().config, rows.front().ending.shard);
    return shard + (simulated ? "SIMULATED: these figures are of no real model\n" : "") +
           narrow_table(std::move(cells), width);
}

std::string sweep_json(const std::vector<SweepRow>& rows) {
    ordered_json runs = ordered_json::array();
    std::int64_t shared = 0;
    for (const SweepRow& row : rows) {
        runs.push_back(ordered_json::parse(eval_json(*row.config, row.summary, row.ending)));
        shared += row.ending.shared_calls;
    }
    return dumped({{"runs", std::move(runs)}, {"shared_calls", shared}, {"version", 1}});
}

SweepCost cost_of(const std::vector<EvalConfig>& runs, const Suite& suite, std::int64_t template_tokens,
                  const std::optional<SweepPrices>& prices) {
    SweepCost out;
    std::int64_t problem_tokens = 0;
    for (const SuiteProblem& one : suite.problems) problem_tokens += estimate_tokens(one.problem.text).tokens;
    const auto problems = static_cast<std::int64_t>(suite.problems.size());
    for (const EvalConfig& run : runs) {
        const CallPlan plan = plan_calls(run.method.schedule);
        out.calls += problems * run.samples * plan.calls;
        out.tokens_out += problems * run.samples * plan.most_tokens_out;
        out.tokens_in +=
            run.samples * problems * reads(run, template_tokens + problem_tokens / std::max<std::int64_t>(problems, 1));
    }
    std::int64_t shared_out = 0;
    out.shared_calls = problems * shared_per_problem(runs, &shared_out);
    out.calls -= out.shared_calls;
    out.tokens_out -= problems * shared_out;
    if (prices)
        out.dollars = (static_cast<double>(out.tokens_in) * prices->input +
                       static_cast<double>(out.tokens_out) * prices->output) /
                      1e6;
    return out;
}

std::string sweep_plan_text(const std::vector<EvalConfig>& runs, const SweepCost& cost,
                            const std::optional<Shard>& shard) {
    std::vector<std::vector<std::string>> cells{
        {"model", "operator", "distiller", "workspace", "think", "samples", "calls", "written at most"}};
    for (const EvalConfig& run : runs) {
        const CallPlan plan = plan_calls(run.method.schedule);
        const std::size_t problems = shard ? shard->problems(run.problems) : run.problems;
        const auto samples = static_cast<std::int64_t>(problems) * run.samples;
        std::vector<std::string> line = names_of(run);
        for (const std::int64_t number : {samples, samples * plan.calls, samples * plan.most_tokens_out})
            line.push_back(grouped(number));
        cells.push_back(std::move(line));
    }
    std::string out = shard_line(runs.front(), shard) + table(cells, 3);
    out += fmt::format("\n{}, {} calls to make", counted(static_cast<std::int64_t>(runs.size()), "run"),
                       grouped(cost.calls));
    if (cost.shared_calls > 0) out += fmt::format(", at least {} more shared between runs", grouped(cost.shared_calls));
    out += fmt::format("; at most {} tokens written, at most about {} read\n", grouped(cost.tokens_out),
                       grouped(cost.tokens_in));
    if (cost.dollars) out += fmt::format("at most about {:.2f} dollars\n", *cost.dollars);
    return out;
}

std::string sweep_plan_json(const std::vector<EvalConfig>& runs, const SweepCost& cost,
                            const std::optional<Shard>& shard) {
    ordered_json list = ordered_json::array();
    for (const EvalConfig& run : runs) list.push_back(ordered_json::parse(eval_plan_json(run, shard)));
    return dumped({{"dry_run", true},
                   {"runs", std::move(list)},
                   {"calls", cost.calls},
                   {"shared_calls", cost.shared_calls},
                   {"tokens_in", cost.tokens_in},
                   {"most_tokens_out", cost.tokens_out},
                   {"dollars", cost.dollars ? ordered_json(*cost.dollars) : ordered_json(nullptr)}});
}

}  // namespace retort::cli

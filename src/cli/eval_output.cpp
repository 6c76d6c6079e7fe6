#include "cli/eval_output.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/display/text.h"

namespace retort::cli {
namespace {

using nlohmann::ordered_json;

ordered_json by_k(const std::map<int, double>& values) {
    ordered_json out = ordered_json::object();
    for (const auto& [k, value] : values) out[std::to_string(k)] = value;
    return out;
}

ordered_json interval_json(const std::optional<Interval>& interval) {
    return interval ? ordered_json{interval->lo, interval->hi} : ordered_json(nullptr);
}

std::string dumped(const ordered_json& object) {
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string percent(double share) {
    return fmt::format("{:.1f} %", 100 * share);
}

std::string tokens(double mean) {
    return grouped(std::llround(mean));
}

std::string accuracy_words(const EvalSummary& summary) {
    if (summary.landed > 0 && summary.failed == summary.landed) return "none: every sample failed";
    if (!summary.mean) return "not scored: no problem has a reference";
    std::string out = percent(summary.mean->value);
    if (const auto& ci = summary.mean->ci)
        out += fmt::format("   95 % interval {:.1f} to {:.1f}", 100 * ci->lo, 100 * ci->hi);
    return out;
}

std::string k_words(const std::map<int, double>& values) {
    std::string out;
    for (const auto& [k, value] : values) out += fmt::format("{}{}: {}", out.empty() ? "" : "   ", k, percent(value));
    return out;
}

std::size_t problems_of(const EvalConfig& config, const std::optional<Shard>& shard) {
    return shard ? shard->problems(config.problems) : config.problems;
}

// "aime, 30 problems x 4 samples", "aime, shard 1 of 2: 15 of 30 problems x 4 samples"
std::string suite_words(const EvalConfig& config, const std::optional<Shard>& shard) {
    return fmt::format(
        "{}, {} x {}", one_line(config.suite),
        shard ? shard_words(*shard, config.problems) : counted(static_cast<std::int64_t>(config.problems), "problem"),
        counted(config.samples, "sample"));
}

void put_shard(ordered_json& out, const std::optional<Shard>& shard) {
    if (shard) out["shard"] = {{"index", shard->index}, {"of", shard->of}};
}

}  // namespace

std::string eval_json(const EvalConfig& config, const EvalSummary& summary, const EvalEnding& ending) {
    ordered_json out{{"suite", config.suite},
                     {"operator", config.method.schedule.name},
                     {"model", config.method.model},
                     {"problems", problems_of(config, ending.shard)},
                     {"samples", config.samples},
                     {"mean", summary.mean ? ordered_json(summary.mean->value) : ordered_json(nullptr)},
                     {"ci95", interval_json(summary.mean ? summary.mean->ci : std::nullopt)},
                     {"pass_at_k", by_k(summary.pass_at_k)},
                     {"maj_at_k", by_k(summary.maj_at_k)},
                     {"b_seq", summary.b_seq},
                     {"b_total", summary.b_total},
                     {"b_seq_nominal", summary.b_seq_nominal},
                     {"max_call_tokens", summary.max_call_tokens},
                     {"wall_s", ending.wall_s},
                     {"calls", summary.calls},
                     {"failed_calls", summary.failed_calls},
                     {"truncated", summary.truncated},
                     {"resumed_calls", ending.resumed_calls},
                     {"version", 1},
                     {"landed", summary.landed},
                     {"failed", summary.failed},
                     {"judged", summary.judged},
                     {"sample_wall_s", summary.wall_s},
                     {"estimated", summary.estimated},
                     {"simulated", is_simulated(config.method)},
                     {"seed", config.method.settings.seed},
                     {"run", run_id(config)}};
    put_shard(out, ending.shard);
    return dumped(out);
}

std::string eval_text(const EvalConfig& config, const EvalSummary& summary, const EvalEnding& ending) {
    std::string out;
    const auto line = [&out](std::string_view what, const std::string& value) {
        if (!value.empty()) out += pad_right(what, 14) + value + "\n";
    };
    const std::string about = summary.estimated ? " (estimated)" : "";
    line("suite", suite_words(config, ending.shard));
    line("operator", config.method.schedule.name);
    line("distiller", distiller_words(config.method.schedule));
    line("model", one_line(config.method.model) + (is_simulated(config.method) ? "   SIMULATED" : ""));
    line("accuracy", accuracy_words(summary));
    if (config.samples > 1) line("pass@k", k_words(summary.pass_at_k));
    if (config.samples > 1) line("maj@k", k_words(summary.maj_at_k));
    line("b_seq", tokens(summary.b_seq) + " a sample" + about);
    line("b_total", tokens(summary.b_total) + " a sample" + about);
    if (summary.failed > 0)
        line("failed",
             fmt::format("{} of {}; they count as wrong", counted(summary.failed, "sample"), grouped(summary.landed)));
    line("calls",
         fmt::format(
             "{}, {} failed{}", grouped(summary.calls), grouped(summary.failed_calls),
             ending.resumed_calls > 0 ? fmt::format(", {} from the journal", grouped(ending.resumed_calls)) : ""));
    if (summary.truncated > 0)
        line("truncated",
             fmt::format("{} had a call that was cut at its token limit", counted(summary.truncated, "sample")));
    line("time", fmt::format("{}, {} a sample", seconds(ending.wall_s), seconds(summary.wall_s)));
    return out;
}

std::string eval_plan_text(const EvalConfig& config, const std::optional<Shard>& shard) {
    const CallPlan calls = plan_calls(config.method.schedule);
    const auto samples = static_cast<std::int64_t>(problems_of(config, shard)) * config.samples;
    std::string out;
    const auto line = [&out](std::string_view what, const std::string& value) {
        out += pad_right(what, 18) + value + "\n";
    };
    line("suite", suite_words(config, shard));
    line("operator", config.method.schedule.name);
    if (const std::string words = distiller_words(config.method.schedule); !words.empty()) line("distiller", words);
    line("model", one_line(config.method.model));
    line("calls",
         fmt::format("{}: {} a sample; repairs and retries apart", grouped(samples * calls.calls), calls.calls));
    line("tokens written", fmt::format("at most {}", grouped(samples * calls.most_tokens_out)));
    line("b_seq_nominal", grouped(calls.b_seq_nominal) + " a sample");
    line("run", run_id(config).substr(0, 12));
    return out;
}

std::string eval_plan_json(const EvalConfig& config, const std::optional<Shard>& shard) {
    const CallPlan calls = plan_calls(config.method.schedule);
    const auto samples = static_cast<std::int64_t>(problems_of(config, shard)) * config.samples;
    ordered_json out{{"dry_run", true},
                     {"suite", config.suite},
                     {"problems", problems_of(config, shard)},
                     {"samples", config.samples},
                     {"operator", config.method.schedule.name},
                     {"model", config.method.model},
                     {"calls", samples * calls.calls},
                     {"most_tokens_out", samples * calls.most_tokens_out},
                     {"b_seq_nominal", calls.b_seq_nominal},
                     {"config", ordered_json::parse(config_json(config))},
                     {"run", run_id(config)}};
    put_shard(out, shard);
    return dumped(out);
}

}  // namespace retort::cli

// Inspect's log format, version 2, as JSON (https://inspect.aisi.org.uk/eval-logs.html): what its viewer opens and its
// Python package reads. A sample of ours is a sample there, our k-th its epoch k + 1; each call is a model event, each
// workspace an info event.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "eval/export/export_parts.h"
#include "eval/report/figures.h"
#include "eval/report/sample_calls.h"
#include "eval/stats.h"

namespace retort {
namespace {

constexpr const char* kScorer = "retort";

// Outcome cannot hold what is made of anything, as JSON is.
struct Part {
    ordered_json json;
};

std::string dumped(const ordered_json& value) {
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json usage_json(std::int64_t in, std::int64_t out, std::int64_t reasoning, std::int64_t cached) {
    return {{"input_tokens", in},
            {"output_tokens", out},
            {"total_tokens", in + out},
            {"input_tokens_cache_read", cached},
            {"reasoning_tokens", reasoning}};
}

ordered_json message_json(const std::string& role, ordered_json content) {
    return {{"role", role}, {"content", std::move(content)}};
}

// Reasoning and solution as Inspect's viewer tells them apart.
ordered_json written_message(const ShownText& text, const std::string& model) {
    ordered_json content = ordered_json::array();
    if (!text.reasoning.empty()) content.push_back({{"type", "reasoning"}, {"reasoning", text.reasoning}});
    content.push_back({{"type", "text"}, {"text", text.solution}});
    ordered_json out = message_json("assistant", std::move(content));
    out["source"] = "generate";
    out["model"] = model;
    return out;
}

const char* stop_reason(Finish finish) {
    return finish == Finish::stop ? "stop" : finish == Finish::length ? "max_tokens" : "unknown";
}

ordered_json output_json(const std::string& model, ordered_json message, Finish finish, ordered_json usage) {
    return {{"model", model},
            {"choices", {{{"message", std::move(message)}, {"stop_reason", stop_reason(finish)}}}},
            {"usage", std::move(usage)}};
}

ordered_json prompt_json(const Prompt& prompt) {
    ordered_json out = ordered_json::array();
    if (const auto* messages = std::get_if<Messages>(&prompt); messages != nullptr && *messages)
        for (const Message& message : **messages) out.push_back(message_json(message.role, message.content));
    return out;
}

ordered_json config_json(const CompletionRequest& request) {
    return {{"temperature", request.temperature},
            {"top_p", request.top_p},
            {"seed", request.seed},
            {"max_tokens", request.max_tokens()}};
}

Outcome<Part> model_event(const EvaluatedRun& run, const std::string& path, const RecordedCall& call,
                          const std::string& marker) {
    const auto prompt = run.journal->prompt(call.prompt);
    if (!prompt) return prompt.error();
    const Completion& completion = call.completion;
    const Usage& usage = completion.usage;
    const std::string& model = call.request.model;
    ordered_json out{{"event", "model"},
                     {"uuid", fmt::format("{}-{}", run.header.run_id.substr(0, 16), call.key)},
                     {"timestamp", utc_time(call.started_unix)},
                     {"working_start", 0.0},
                     {"model", model},
                     {"input", prompt_json(*prompt)},
                     {"tools", ordered_json::array()},
                     {"tool_choice", "none"},
                     {"config", config_json(call.request)},
                     {"output", output_json(model, written_message(shown_text(call, marker), model), completion.finish,
                                            usage_json(usage.in, usage.out, usage.reasoning, usage.cached))},
                     {"metadata", {{"path", path}, {"role", name(call.request.place.role)}}}};
    if (call.state == RecordedCall::State::ended) {
        out["completed"] = utc_time(call.ended_unix);
        out["working_time"] = completion.wall_s;
    }
    if (completion.error) out["error"] = completion.error->message;
    return Part{std::move(out)};
}

ordered_json workspace_event(const RoundRecord& round, std::size_t number, const std::string& when) {
    ordered_json workspaces = ordered_json::array();
    for (const Workspace& one : round.workspaces)
        workspaces.push_back({{"text", one.text},
                              {"tokens", one.tokens},
                              {"truncated", one.truncated},
                              {"distiller", one.distiller},
                              {"sources", one.sources},
                              {"read_by", one.read_by}});
    return {{"event", "info"},
            {"timestamp", when},
            {"working_start", 0.0},
            {"source", fmt::format("retort: workspaces of round {}", number)},
            {"data", std::move(workspaces)}};
}

// Calls in the order of asking; a round's workspaces before the first call of the next.
Outcome<Part> events_json(const EvaluatedRun& run, const SampleRecord& record, const CallsByPath& calls) {
    const std::string marker = marker_of(run.setup.prompts);
    std::vector<const CallsByPath::value_type*> ordered;
    for (const auto& one : calls) ordered.push_back(&one);
    std::sort(ordered.begin(), ordered.end(),
              [](const auto* one, const auto* other) { return one->second.key < other->second.key; });
    ordered_json out = ordered_json::array();
    std::size_t told = 0;  // rounds whose workspaces were told
    std::string last = utc_time(run.header.started_unix);
    const auto tell_until = [&](std::size_t round) {
        for (; told < std::min(round, record.rounds.size()); ++told)
            if (!record.rounds[told].workspaces.empty())
                out.push_back(workspace_event(record.rounds[told], told + 1, last));
    };
    for (const auto* one : ordered) {
        tell_until(static_cast<std::size_t>(std::max(one->second.request.place.round, 1)) - 1);
        auto event = model_event(run, one->first, one->second, marker);
        if (!event) return event.error();
        last = event->json["timestamp"];
        out.push_back(std::move(event->json));
    }
    tell_until(record.rounds.size());
    return Part{std::move(out)};
}

ordered_json score_json(const SampleRecord& record) {
    if (!record.verdict && !record.error && record.answer) return nullptr;  // nothing to judge by
    ordered_json out{{"value", record.right() ? "C" : "I"}};
    if (record.answer) out["answer"] = *record.answer;
    out["explanation"] = record.error     ? "not finished: " + *record.error
                         : record.verdict ? fmt::format("verdict: {}", name(*record.verdict))
                                          : "no answer was found";
    return out;
}

ordered_json budget_metadata(const BudgetTotals& budget) {
    return {{"b_seq", budget.b_seq},
            {"b_total", budget.b_total},
            {"b_seq_nominal", budget.b_seq_nominal},
            {"max_call_tokens", budget.max_call_tokens},
            {"calls", budget.calls},
            {"failed_calls", budget.failed_calls},
            {"estimated", budget.estimated}};
}

Outcome<Part> sample_json(const EvaluatedRun& run, std::size_t i) {
    const auto record = whole_record(run, i);
    if (!record) return record.error();
    const auto calls = calls_by_path(run, i);
    if (!calls) return calls.error();
    auto events = events_json(run, *record, *calls);
    if (!events) return events.error();
    const EvaluatedProblem& problem = run.problems[run.samples[i].problem];
    const BudgetTotals& b = record->budget;
    const ordered_json usage = usage_json(b.tokens_in, b.tokens_out, b.tokens_reasoning, b.tokens_cached);
    const ordered_json answer = written_message({record->text, ""}, run.setup.model);
    const Finish finish = record->final ? record->final->finish : Finish::stop;
    ordered_json metadata = budget_metadata(b);
    metadata["warnings"] = record->warnings;
    ordered_json out{{"id", problem.id},
                     {"epoch", record->sample + 1},
                     {"input", problem.text},
                     {"target", problem.reference},
                     {"messages", {message_json("user", problem.text), answer}},
                     {"output", output_json(run.setup.model, answer, finish, usage)},
                     {"metadata", std::move(metadata)},
                     {"model_usage", {{run.setup.model, usage}}},
                     {"events", std::move(events->json)},
                     {"uuid", fmt::format("{}-{}", run.header.run_id.substr(0, 16), run.samples[i].event)},
                     {"total_time", record->wall_s},
                     {"working_time", record->wall_s}};
    if (ordered_json score = score_json(*record); !score.is_null()) out["scores"] = {{kScorer, std::move(score)}};
    if (record->error) out["error"] = {{"message", *record->error}, {"traceback", ""}, {"traceback_ansi", ""}};
    return Part{std::move(out)};
}

ordered_json ids_json(const EvaluatedRun& run) {
    ordered_json out = ordered_json::array();
    for (const EvaluatedProblem& problem : run.problems) out.push_back(problem.id);
    return out;
}

ordered_json spec_json(const EvaluatedRun& run) {
    const RunSetup& setup = run.setup;
    const std::string id = run.header.run_id.substr(0, 22);
    return {
        {"eval_id", id},
        {"run_id", id},
        {"created", utc_time(run.header.started_unix)},
        {"task", setup.suite.empty() ? "solve" : setup.suite},
        {"task_id", id},
        {"task_version", 0},
        {"solver", setup.schedule.name},
        {"dataset",
         {{"name", setup.suite}, {"samples", run.problems.size()}, {"sample_ids", ids_json(run)}, {"shuffled", false}}},
        {"model", setup.model},
        {"model_generate_config",
         {{"temperature", setup.settings.sampling.temperature},
          {"top_p", setup.settings.sampling.top_p},
          {"max_tokens", setup.schedule.finish.think + setup.schedule.finish.max_answer}}},
        {"config", {{"epochs", setup.samples}}},
        {"packages", ordered_json::object()},
        {"metadata",
         {{"program", run.header.program},
          {"run", run.header.run_id},
          {"seed", setup.settings.seed},
          {"simulated", setup.simulated},
          {"configuration", ordered_json::parse(run.header.config_json, nullptr, false)}}},
        {"scorers", {{{"name", kScorer}}}}};
}

ordered_json metric(const char* name, double value) {
    return {{"name", name}, {"value", value}};
}

ordered_json results_json(const EvaluatedRun& run) {
    const RunTable table = run_table(run.facts, run.verifier_of());
    const auto mean = mean_accuracy(table);
    ordered_json metrics = ordered_json::object();
    if (mean) {
        metrics["accuracy"] = metric("accuracy", mean->value);
        if (mean->ci) {
            metrics["ci95_lo"] = metric("ci95_lo", mean->ci->lo);
            metrics["ci95_hi"] = metric("ci95_hi", mean->ci->hi);
        }
    }
    const auto finished =
        std::count_if(run.facts.begin(), run.facts.end(), [](const SampleFacts& one) { return !one.failed; });
    return {{"total_samples", std::int64_t{run.setup.problems} * run.setup.samples},
            {"completed_samples", finished},
            {"scores",
             {{{"name", kScorer},
               {"scorer", kScorer},
               {"scored_samples", table.samples},
               {"unscored_samples", table.unscored},
               {"metrics", std::move(metrics)}}}}};
}

ordered_json stats_json(const EvaluatedRun& run) {
    BudgetTotals sum;
    for (const SampleFacts& one : run.facts) {
        sum.tokens_in += one.budget.tokens_in;
        sum.tokens_out += one.budget.tokens_out;
        sum.tokens_reasoning += one.budget.tokens_reasoning;
        sum.tokens_cached += one.budget.tokens_cached;
    }
    return {{"started_at", utc_time(run.header.started_unix)},
            {"completed_at", utc_time(run.last_unix)},
            {"model_usage",
             {{run.setup.model, usage_json(sum.tokens_in, sum.tokens_out, sum.tokens_reasoning, sum.tokens_cached)}}}};
}

}  // namespace

std::optional<Error> write_inspect_log(const EvaluatedRun& run, const WriteText& write) {
    const ordered_json plan{{"name", "plan"}, {"steps", {{{"solver", run.setup.schedule.name}}}}};
    write(fmt::format("{{\"version\":2,\"status\":\"{}\",\"eval\":", run.missing() > 0 ? "cancelled" : "success"));
    write(dumped(spec_json(run)));
    write(",\"plan\":" + dumped(plan) + ",\"results\":" + dumped(results_json(run)));
    write(",\"stats\":" + dumped(stats_json(run)) + ",\"samples\":[");
    for (std::size_t i = 0; i < run.samples.size(); ++i) {
        const auto sample = sample_json(run, i);
        if (!sample) return sample.error();
        write((i == 0 ? "\n" : ",\n") + dumped(sample->json));
    }
    write("\n]}\n");
    return std::nullopt;
}

}  // namespace retort

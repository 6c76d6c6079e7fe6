// One object a sample: what was asked, the result as the journal has it, and every call with its texts.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "eval/export/export_parts.h"
#include "eval/report/figures.h"
#include "eval/report/sample_calls.h"

namespace retort {
namespace {

ordered_json call_json(const std::string& path, const RecordedCall& call, const std::string& marker) {
    const Completion& completion = call.completion;
    const ShownText text = shown_text(call, marker);
    const bool ended = call.state == RecordedCall::State::ended;
    return {{"path", path},
            {"role", name(call.request.place.role)},
            {"model", call.request.model},
            {"seed", call.request.seed},
            {"think", call.request.think},
            {"max_answer", call.request.max_answer},
            {"finish", ended ? ordered_json(name(completion.finish)) : ordered_json(nullptr)},
            {"error", completion.error ? ordered_json(completion.error->message) : ordered_json(nullptr)},
            {"tokens_in", completion.usage.in},
            {"tokens_out", completion.usage.out},
            {"tokens_reasoning", completion.usage.reasoning},
            {"tokens_cached", completion.usage.cached},
            {"wall_s", completion.wall_s},
            {"solution", text.solution},
            {"reasoning", text.reasoning}};
}

// In the order in which they were asked.
ordered_json calls_json(const CallsByPath& calls, const std::string& marker) {
    std::vector<const CallsByPath::value_type*> ordered;
    for (const auto& one : calls) ordered.push_back(&one);
    std::sort(ordered.begin(), ordered.end(),
              [](const auto* one, const auto* other) { return one->second.key < other->second.key; });
    ordered_json out = ordered_json::array();
    for (const auto* one : ordered) out.push_back(call_json(one->first, one->second, marker));
    return out;
}

}  // namespace

Outcome<std::string> sample_line(const EvaluatedRun& run, std::size_t i) {
    const auto event = run.journal->event(run.samples[i].event);
    if (!event) return event.error();
    const auto calls = calls_by_path(run, i);
    if (!calls) return calls.error();
    const EvaluatedProblem& problem = run.problems[run.samples[i].problem];
    const ordered_json out{{"run", run.header.run_id},
                           {"suite", run.setup.suite},
                           {"problem_id", problem.id},
                           {"kind", problem.kind},
                           {"reference", problem.reference},
                           {"sample", run.facts[i].sample},
                           {"right", run.facts[i].right},
                           {"simulated", run.setup.simulated},
                           {"result", ordered_json::parse(event->body_json, nullptr, false)},
                           {"calls", calls_json(*calls, marker_of(run.setup.prompts))}};
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace retort

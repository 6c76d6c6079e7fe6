// What must be known before the headline is believed.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "eval/report/sections.h"

namespace retort {
namespace {

constexpr double kMuchTruncation = 0.1;
constexpr std::size_t kFewProblems = 20;
constexpr std::size_t kFewSamples = 100;

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

ordered_json warning(const char* kind, std::string text, std::vector<std::size_t> runs) {
    return {{"kind", kind}, {"text", std::move(text)}, {"runs", std::move(runs)}};
}

std::vector<std::size_t> runs_where(const ReportLayout& layout, const std::function<bool(std::size_t)>& holds) {
    std::vector<std::size_t> out;
    for (std::size_t r = 0; r < layout.evaluation->runs.size(); ++r)
        if (holds(r)) out.push_back(r);
    return out;
}

void add_simulated(const ReportLayout& layout, ordered_json& out) {
    const auto runs = runs_where(layout, [&](std::size_t r) { return layout.run(r).setup.simulated; });
    if (!runs.empty())
        out.push_back(warning("simulated", "Simulated: a parametric student answered, no language model", runs));
}

void add_unscored(const ReportLayout& layout, ordered_json& out) {
    const auto runs = runs_where(layout, [&](std::size_t r) { return !layout.scored(r); });
    if (!runs.empty()) out.push_back(warning("unscored", "Not scored: the problems have no answers to judge by", runs));
    const auto part =
        runs_where(layout, [&](std::size_t r) { return layout.scored(r) && layout.tables[r].unscored > 0; });
    for (const std::size_t run : part)
        out.push_back(warning("unscored",
                              fmt::format("{}: {} left out of all accuracies, since their problems have no answers",
                                          layout.labels[run], counted(layout.tables[run].unscored, "sample")),
                              {run}));
}

void add_unfinished(const ReportLayout& layout, ordered_json& out) {
    const auto runs = runs_where(layout, [&](std::size_t r) { return layout.run(r).missing() > 0; });
    std::int64_t missing = 0;
    std::int64_t asked = 0;
    for (const std::size_t run : runs) {
        missing += layout.run(run).missing();
        asked += layout.run(run).missing() + static_cast<std::int64_t>(layout.run(run).facts.size());
    }
    if (missing > 0)
        out.push_back(warning(
            "unfinished",
            fmt::format("Unfinished: {} of {} samples have no result yet and are not in any figure", missing, asked),
            runs));
}

void add_truncated(const ReportLayout& layout, const std::vector<CallCounts>& calls, ordered_json& out) {
    const auto runs = runs_where(layout, [&](std::size_t r) { return calls[r].truncated() > kMuchTruncation; });
    if (runs.empty()) return;
    double most = 0;
    for (const std::size_t run : runs) most = std::max(most, calls[run].truncated());
    out.push_back(warning("truncated",
                          runs.size() == 1
                              ? fmt::format("{} of the calls were cut by the length limit", percent(most))
                              : fmt::format("Up to {} of a run's calls were cut by the length limit, in {} runs",
                                            percent(most), runs.size()),
                          runs));
}

void add_failed(const ReportLayout& layout, const std::vector<CallCounts>& calls, ordered_json& out) {
    const auto failed_samples = [&](std::size_t r) {
        const auto& facts = layout.run(r).facts;
        return std::count_if(facts.begin(), facts.end(), [](const SampleFacts& one) { return one.failed; });
    };
    const auto runs = runs_where(layout, [&](std::size_t r) { return calls[r].failed > 0 || failed_samples(r) > 0; });
    if (runs.empty()) return;
    std::int64_t failed = 0;
    std::int64_t attempts = 0;
    std::int64_t samples = 0;
    for (const std::size_t run : runs) {
        failed += calls[run].failed;
        attempts += calls[run].failed + calls[run].completed;
        samples += failed_samples(run);
    }
    std::string text;
    if (failed > 0) text = fmt::format("{} of {} calls failed", failed, attempts);
    if (samples > 0)
        text += fmt::format("{}{} ended with an error and count as wrong", text.empty() ? "" : "; ",
                            counted(static_cast<std::size_t>(samples), "sample"));
    out.push_back(warning("failed_calls", std::move(text), runs));
}

void add_few(const ReportLayout& layout, ordered_json& out) {
    const auto runs = runs_where(layout, [&](std::size_t r) {
        const RunTable& table = layout.tables[r];
        return layout.scored(r) && (table.problems.size() < kFewProblems || table.samples < kFewSamples);
    });
    if (runs.empty()) return;
    const RunTable& least =
        layout.tables[*std::min_element(runs.begin(), runs.end(), [&](std::size_t a, std::size_t b) {
            return layout.tables[a].samples < layout.tables[b].samples;
        })];
    out.push_back(warning("few_samples",
                          fmt::format("Few samples: {} over {}; intervals are wide", counted(least.samples, "sample"),
                                      counted(least.problems.size(), "problem")),
                          runs));
}

void add_estimated(const ReportLayout& layout, const std::vector<CallCounts>& calls, ordered_json& out) {
    const auto runs = runs_where(layout, [&](std::size_t r) { return calls[r].estimated; });
    if (!runs.empty())
        out.push_back(warning(
            "estimated", "Some token counts are estimates: the server or the tokenizer did not report them", runs));
}

}  // namespace

CallCounts count_calls(const EvaluatedRun& run) {
    CallCounts out;
    for (const SampleFacts& sample : run.facts) {
        for (const RoundFacts& round : sample.rounds) {
            for (const DraftFacts& draft : round.drafts) {
                out.looked_at += draft.counts();
                out.cut += draft.finish == Finish::length;
            }
            for (const DistillerCallFacts& call : round.calls) {
                out.looked_at += 1;
                out.cut += call.finish == Finish::length;
            }
        }
        if (sample.final) {
            out.looked_at += 1;
            out.cut += *sample.final == Finish::length;
        }
        out.completed += sample.budget.calls;
        out.failed += sample.budget.failed_calls;
        out.estimated = out.estimated || sample.budget.estimated;
    }
    return out;
}

ordered_json warnings_json(const ReportLayout& layout) {
    std::vector<CallCounts> calls;
    for (const EvaluatedRun& run : layout.evaluation->runs) calls.push_back(count_calls(run));
    ordered_json out = ordered_json::array();
    add_simulated(layout, out);
    add_unscored(layout, out);
    add_unfinished(layout, out);
    add_truncated(layout, calls, out);
    add_failed(layout, calls, out);
    add_few(layout, out);
    add_estimated(layout, calls, out);
    for (const std::string& remark : layout.evaluation->remarks) out.push_back(warning("other", remark, {}));
    return out;
}

}  // namespace retort

#include "cli/replayed_sample.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/run_config.h"
#include "eval/suite.h"

namespace retort::cli {
namespace {

bool is_wanted(const RecordedRun& run, const SampleChoice& choice) {
    return run.header.kind == "eval" && run.header.run_id.starts_with(choice.run.value_or(""));
}

// The problem's line, as the evaluation recorded it.
Outcome<std::string> line_of(JournalReader& reader, RunKey run, const std::string& problem) {
    std::string out;
    const auto read = reader.events(run, [&](const RecordedEvent& event) {
        if (event.kind == "problem" && event.problem == problem) out = event.body_json;
        return out.empty();
    });
    if (!read) return read.error();
    return out;
}

Outcome<std::string> as_solved(const std::string& eval_config, const std::string& path, const std::string& line) {
    auto suite = parse_suite(path, line);
    if (!suite) return suite.error();
    const auto object = nlohmann::json::parse(eval_config, nullptr, false);
    if (!object.is_object()) return Error{ErrorKind::file, path + ": an evaluation's settings are no JSON"};
    auto method = method_from(object);
    if (!method) return method.error();
    RunConfig out;
    static_cast<MethodConfig&>(out) = std::move(*method);
    out.problem = suite->problems.front().problem;
    out.line = suite->problems.front().line;
    return config_json(out);
}

}  // namespace

Outcome<ReplayedSample> replayed_sample(JournalReader& reader, const std::vector<RecordedRun>& runs,
                                        const std::string& path, const SampleChoice& choice) {
    if (!choice.problem)
        return Error{ErrorKind::usage,
                     fmt::format("{0} holds evaluations: say which sample of them, by --problem ID and "
                                 "--sample N; retort show {0} names them",
                                 path)};
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        if (!is_wanted(*run, choice)) continue;
        const auto calls = reader.sample_calls(run->key, *choice.problem, choice.sample, CallColumns{});
        if (!calls) return calls.error();
        if (calls->empty()) continue;
        const auto line = line_of(reader, run->key, *choice.problem);
        if (!line) return line.error();
        auto config = as_solved(run->header.config_json, path, *line);
        if (!config) return config.error();
        return ReplayedSample{run->key, std::move(*config)};
    }
    return Error{ErrorKind::usage,
                 fmt::format("{} holds no evaluation{} with sample {} of problem {}; retort show names what it has",
                             path, choice.run ? " " + *choice.run : "", choice.sample, *choice.problem)};
}

}  // namespace retort::cli

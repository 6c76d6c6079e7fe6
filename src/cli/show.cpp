// `retort show`: a journal's runs, and one of them as a tree or as JSON.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/display/screen.h"
#include "cli/display/text.h"
#include "cli/output.h"
#include "cli/run_config.h"
#include "cli/show_tree.h"
#include "record/journal_reader.h"

namespace retort::cli {
namespace {

using nlohmann::ordered_json;
using SampleKey = std::pair<std::string, int>;

struct ShownRun {
    RecordedRun run;
    std::optional<RunConfig> config;  // none: another kind of run, or another version's
    std::map<SampleKey, ShownSample> samples;
    std::optional<Error> damage;  // what could not be read of it
};

std::string dumped(const ordered_json& value) {
    return value.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string local_time(double unix_seconds) {
    const auto whole = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    localtime_r(&whole, &parts);
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

std::string short_id(const std::string& id) {
    return id.substr(0, 12);
}

bool is_wanted(const ShowArguments& arguments, const std::string& problem) {
    return !arguments.problem || *arguments.problem == problem;
}

std::optional<Error> read_calls(JournalReader& reader, ShownRun& shown, const ShowArguments& arguments) {
    std::optional<Error> failed;
    const auto read = reader.calls(shown.run.key, CallColumns{true, false}, [&](RecordedCall& call) {
        if (!is_wanted(arguments, call.request.place.problem)) return true;
        ShownCall one{std::move(call), std::nullopt};
        if (arguments.text) {
            auto prompt = reader.prompt(one.call.prompt);
            if (!prompt) {
                failed = prompt.error();
                return false;
            }
            one.prompt = std::move(*prompt);
        }
        const Place& place = one.call.request.place;
        ShownSample& sample = shown.samples[{place.problem, place.sample}];
        sample.calls.push_back(std::move(one));
        return true;
    });
    if (!read) return read.error();
    return failed;
}

std::optional<Error> read_events(JournalReader& reader, ShownRun& shown, const ShowArguments& arguments) {
    const auto read = reader.events(shown.run.key, [&](const RecordedEvent& event) {
        if (!is_wanted(arguments, event.problem)) return true;
        if (event.sample < 0) return true;  // of the evaluation, not of a sample
        ShownSample& sample = shown.samples[{event.problem, event.sample}];
        if (event.kind == "workspace") sample.workspaces.push_back(event.body_json);
        if (event.kind == "warning") sample.warnings.push_back(event.body_json);
        if (event.kind == "result") sample.result = event.body_json;
        return true;
    });
    return read ? std::nullopt : std::optional<Error>(read.error());
}

// Of an evaluation each sample is one line, unless a problem is asked for.
bool is_brief(const RecordedRun& run, const ShowArguments& arguments) {
    return run.header.kind == "eval" && !arguments.problem && !arguments.json && !arguments.text;
}

// An evaluation keeps a sample's workspaces and warnings in its result.
void take_from_result(ShownSample& sample) {
    const auto result = ordered_json::parse(sample.result.value_or(""), nullptr, false);
    if (!result.is_object()) return;
    int round = 0;
    for (const auto& one : result.value("rounds", ordered_json::array())) {
        ++round;
        for (ordered_json workspace : one.value("workspaces", ordered_json::array())) {
            workspace["round"] = round;
            sample.workspaces.push_back(workspace.dump());
        }
    }
    for (const auto& warning : result.value("warnings", ordered_json::array()))
        sample.warnings.push_back(ordered_json{{"text", warning}}.dump());
}

ShownRun read_run(JournalReader& reader, const RecordedRun& run, const ShowArguments& arguments) {
    ShownRun out;
    out.run = run;
    if (const auto config = config_from_json(run.header.config_json)) out.config = *config;
    if (!is_brief(run, arguments)) out.damage = read_calls(reader, out, arguments);
    if (const auto error = read_events(reader, out, arguments); error && !out.damage) out.damage = error;
    for (auto& [key, sample] : out.samples) {
        sample.problem = key.first;
        sample.sample = key.second;
        if (run.header.kind == "eval") take_from_result(sample);
        if (out.config && out.config->problem.id == key.first) sample.problem_text = out.config->problem.text;
    }
    return out;
}

// What an evaluation is of.
std::string other_run_words(const RecordedRun& run) {
    const auto config = ordered_json::parse(run.header.config_json, nullptr, false);
    if (run.header.kind != "eval" || !config.is_object()) return run.header.kind;
    const auto at = [&config](const char* path) {
        const ordered_json::json_pointer pointer(path);
        return config.contains(pointer) && config[pointer].is_string() ? config[pointer].get<std::string>()
                                                                       : std::string("?");
    };
    const auto schedule = schedule_from_json(config.value("operator", ordered_json()).dump());
    const std::string distiller = schedule ? distiller_words(*schedule) : "";
    return one_line(fmt::format("eval of {} · {} · {}{}", at("/suite/name"), at("/operator/name"),
                                distiller.empty() ? "" : distiller + " · ", at("/models/main")));
}

Line run_line(const RecordedRun& run, const std::optional<RunConfig>& config) {
    Line out{{short_id(run.header.run_id), Tone::accent}, {"   " + local_time(run.header.started_unix) + "   "}};
    if (config)
        out.push_back({fmt::format("{} · {} · seed {}   {}", config->schedule.name, config->model,
                                   config->settings.seed, one_line(config->problem.text)),
                       Tone::dim});
    else
        out.push_back({other_run_words(run), Tone::dim});
    return out;
}

std::string painted(const std::vector<Line>& lines, bool cut) {
    const Canvas canvas = terminal_canvas(kStdout);
    const bool colour = allows_colour(kStdout);
    std::string out;
    for (const Line& line : lines) out += paint(cut ? fit(line, canvas.width) : line, colour) + "\n";
    return out;
}

ordered_json call_json(const ShownCall& shown, bool text) {
    const RecordedCall& call = shown.call;
    const Place& place = call.request.place;
    const char* state = call.state == RecordedCall::State::ended  ? "ended"
                        : call.state == RecordedCall::State::lost ? "lost"
                                                                  : "in_flight";
    ordered_json out{{"path", place.path()},
                     {"problem", place.problem},
                     {"sample", place.sample},
                     {"round", place.round},
                     {"role", name(place.role)},
                     {"model", call.request.model},
                     {"seed", call.request.seed},
                     {"think", call.request.think},
                     {"max_answer", call.request.max_answer},
                     {"state", state},
                     {"started", call.started_unix}};
    if (call.state == RecordedCall::State::ended) {
        const Usage& usage = call.completion.usage;
        out["finish"] = name(call.completion.finish);
        out["tokens_in"] = usage.in;
        out["tokens_out"] = usage.out;
        out["tokens_reasoning"] = usage.reasoning;
        out["tokens_cached"] = usage.cached;
        out["estimated"] = usage.estimated;
        out["wall_s"] = call.completion.wall_s;
        out["failed_attempts"] = call.completion.failed.size();
        out["error"] = call.completion.error ? ordered_json(call.completion.error->message) : ordered_json(nullptr);
        out["notes"] = call.completion.notes;
    }
    if (!text) return out;
    out["text"] = call.completion.text;
    out["reasoning"] = call.completion.reasoning;
    if (shown.prompt)
        if (const auto* messages = std::get_if<Messages>(&*shown.prompt); messages != nullptr && *messages)
            for (const Message& message : **messages)
                out["messages"].push_back({{"role", message.role}, {"content", message.content}});
    return out;
}

ordered_json run_json(const ShownRun& shown, bool text) {
    ordered_json calls = ordered_json::array();
    ordered_json results = ordered_json::array();
    ordered_json warnings = ordered_json::array();
    const auto parsed = [](const std::string& body) { return ordered_json::parse(body, nullptr, false); };
    for (const auto& [key, sample] : shown.samples) {
        for (const ShownCall& call : sample.calls) calls.push_back(call_json(call, text));
        if (sample.result) results.push_back(parsed(*sample.result));
        for (const std::string& warning : sample.warnings) warnings.push_back(parsed(warning).value("text", ""));
    }
    const RunHeader& header = shown.run.header;
    return {{"run", header.run_id},
            {"kind", header.kind},
            {"program", header.program},
            {"started", header.started_unix},
            {"config", parsed(header.config_json)},
            {"calls", std::move(calls)},
            {"results", std::move(results)},
            {"warnings", std::move(warnings)}};
}

Outcome<RecordedRun> choose(const std::vector<RecordedRun>& runs, const ShowArguments& arguments) {
    if (!arguments.run) return runs.back();
    std::vector<RecordedRun> found;
    for (const RecordedRun& run : runs)
        if (run.header.run_id.starts_with(*arguments.run)) found.push_back(run);
    if (found.size() == 1) return found.front();
    return Error{ErrorKind::usage,
                 fmt::format("{} runs in {} begin with \"{}\": expected one; retort show {} lists them", found.size(),
                             arguments.journal, *arguments.run, shell_quoted(arguments.journal))};
}

Outcome<ExitCode> print(const std::string& text) {
    const auto written = write_stdout(text);
    if (!written) return written.error();
    return 0;
}

Outcome<ExitCode> list_runs(const std::vector<RecordedRun>& runs, const ShowArguments& arguments) {
    std::vector<Line> lines;
    ordered_json all = ordered_json::array();
    for (const RecordedRun& run : runs) {
        const auto config = config_from_json(run.header.config_json);
        lines.push_back(run_line(run, config ? std::optional<RunConfig>(*config) : std::nullopt));
        all.push_back({{"run", run.header.run_id}, {"kind", run.header.kind}, {"started", run.header.started_unix}});
    }
    if (arguments.json) return print(dumped({{"runs", all}}));
    lines.push_back({{fmt::format("{} runs; one of them: retort show {} {}", runs.size(),
                                  shell_quoted(arguments.journal), short_id(runs.back().header.run_id)),
                      Tone::dim}});
    return print(painted(lines, isatty(kStdout) == 1));
}

Outcome<ExitCode> print_run(const ShownRun& shown, const ShowArguments& arguments) {
    TreeOptions options;
    options.unicode = isatty(kStdout) == 1 ? terminal_canvas(kStdout).unicode : true;
    options.text = arguments.text;
    std::vector<Line> lines{run_line(shown.run, std::nullopt)};
    if (shown.config)
        lines.back().back() = {fmt::format("{} · {} · seed {}", shown.config->schedule.name, shown.config->model,
                                           shown.config->settings.seed)};
    if (is_brief(shown.run, arguments)) {
        for (const auto& [key, sample] : shown.samples) lines.push_back(sample_line(sample));
        lines.push_back({{"one of them in full: --problem ID", Tone::dim}});
        return print(painted(lines, isatty(kStdout) == 1));
    }
    for (const auto& [key, sample] : shown.samples)
        for (Line& line : sample_tree(sample, options)) lines.push_back(std::move(line));
    return print(painted(lines, isatty(kStdout) == 1 && !arguments.text));
}

}  // namespace

Outcome<ExitCode> run_show(const ShowArguments& arguments) {
    const auto reader = JournalReader::open(arguments.journal);
    if (!reader) return reader.error();
    const auto runs = (*reader)->runs();
    if (!runs) return runs.error();
    if (runs->empty()) return Error{ErrorKind::usage, fmt::format("{} holds no run yet", arguments.journal)};
    if (runs->size() > 1 && !arguments.run) return list_runs(*runs, arguments);
    const auto run = choose(*runs, arguments);
    if (!run) return run.error();
    const ShownRun shown = read_run(**reader, *run, arguments);
    if (arguments.problem && shown.samples.empty() && !shown.damage)
        return Error{ErrorKind::usage, fmt::format("--problem: {} has nothing of a problem \"{}\"", arguments.journal,
                                                   *arguments.problem)};
    const auto printed = arguments.json ? print(dumped(run_json(shown, arguments.text))) : print_run(shown, arguments);
    if (printed && shown.damage) return *shown.damage;
    return printed;
}

}  // namespace retort::cli

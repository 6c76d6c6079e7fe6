#include "cli/prepare.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/models.h"
#include "cli/option_differences.h"
#include "cli/output.h"
#include "cli/replayed_sample.h"

namespace retort::cli {
namespace {

constexpr const char* kUnnamedModel = "(the server's only model)";

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

std::optional<Error> check_combination(const SolveArguments& arguments) {
    if (arguments.resume && !arguments.journal)
        return usage("--resume goes on with a journal: give it with --journal FILE");
    if (arguments.replay && (arguments.journal || arguments.resume))
        return usage("--replay reads a journal and writes none: leave out --journal and --resume");
    if (arguments.quiet && arguments.json) return usage("expected -q or --json, found both");
    return std::nullopt;
}

Outcome<std::vector<std::string>> recorded_warnings(JournalReader& reader, RunKey run) {
    std::vector<std::string> out;
    const auto read = reader.events(run, [&out](const RecordedEvent& event) {
        if (event.kind != kOptionWarning) return true;
        const auto body = nlohmann::json::parse(event.body_json, nullptr, false);
        std::string text = body.is_object() ? body.value("text", "") : "";
        if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
        return true;
    });
    if (!read) return read.error();
    return out;
}

// The last of the journal's runs that agrees with what was given.
Outcome<PreparedRun> recorded_run(JournalReader& reader, const std::vector<RecordedRun>& runs, const std::string& path,
                                  const SolveArguments& arguments, const Settings& settings,
                                  const std::optional<std::string>& text, const PlanContext& context) {
    std::optional<Error> first;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        auto recorded = plan_recorded(run->header.config_json, arguments, settings, text, context);
        if (!recorded && !first) first = recorded.error();
        if (!recorded) continue;
        if (recorded->differences.empty()) {
            PreparedRun out;
            out.plan = std::move(recorded->plan);
            out.replayed_run = run->key;
            auto warnings = recorded_warnings(reader, run->key);
            if (!warnings) return warnings.error();
            out.recorded_warnings = std::move(*warnings);
            return out;
        }
        if (!first)
            first = usage(
                fmt::format("{} holds another run: {}; leave the options out that differ, or take another journal",
                            path, joined(recorded->differences)));
    }
    return *first;
}

Outcome<PreparedRun> prepare_sample(JournalReader& reader, const std::vector<RecordedRun>& runs,
                                    const SolveArguments& arguments, const Settings& settings,
                                    const std::optional<std::string>& text, const PlanContext& context) {
    const int number = arguments.sample.value_or(0);
    const auto sample = replayed_sample(reader, runs, *arguments.replay, {arguments.run, arguments.problem, number});
    if (!sample) return sample.error();
    auto recorded = plan_recorded(sample->config_json, arguments, settings, text, context);
    if (!recorded) return recorded.error();
    if (!recorded->differences.empty())
        return usage(fmt::format("this sample was made otherwise: {}; leave the options out that differ",
                                 joined(recorded->differences)));
    PreparedRun out;
    out.plan = std::move(recorded->plan);
    out.plan.config.settings.sample = number;
    out.replayed_run = sample->run;
    return out;
}

Outcome<PreparedRun> prepare_replay(const SolveArguments& arguments, const Settings& settings,
                                    const std::optional<std::string>& text, const PlanContext& context) {
    auto reader = JournalReader::open(*arguments.replay);
    if (!reader) return reader.error();
    const auto runs = (*reader)->runs();
    if (!runs) return runs.error();
    if (runs->empty()) return usage(fmt::format("{} holds no run to replay", *arguments.replay));
    const bool of_evaluation =
        runs->back().header.kind == "eval" || arguments.problem || arguments.sample || arguments.run;
    auto out = of_evaluation ? prepare_sample(**reader, *runs, arguments, settings, text, context)
                             : recorded_run(**reader, *runs, *arguments.replay, arguments, settings, text, context);
    if (out) out->replay = *reader;
    return out;
}

// Nothing when there is no run to go on with: then the journal is begun.
Outcome<std::optional<PreparedRun>> prepare_resume(const SolveArguments& arguments, const Settings& settings,
                                                   const std::optional<std::string>& text, const PlanContext& context) {
    std::error_code failed;
    if (!arguments.resume || !std::filesystem::exists(*arguments.journal, failed)) return std::optional<PreparedRun>();
    if (JournalReader::is_blank(*arguments.journal)) return std::optional<PreparedRun>();
    const auto reader = JournalReader::open(*arguments.journal);
    if (!reader) return reader.error();
    const auto runs = (*reader)->runs();
    if (!runs) return runs.error();
    if (runs->empty()) return std::optional<PreparedRun>();
    auto out = recorded_run(**reader, *runs, *arguments.journal, arguments, settings, text, context);
    if (!out) return out.error();
    if (!arguments.dry_run) {
        auto models = find_models(out->plan.config, settings, context);
        if (!models) return models.error();
        out->plan.models = std::move(*models);
    }
    return std::optional<PreparedRun>(std::move(*out));
}

Outcome<PreparedRun> prepare_fresh(const SolveArguments& arguments, const Settings& settings,
                                   const std::optional<std::string>& text, const PlanContext& context) {
    if (!text)
        return usage(
            "expected a problem: as TEXT, or --file F, or --file - for standard input; see retort solve --help");
    const auto model = model_to_use(settings, context, arguments.dry_run, arguments.quiet);
    if (!model) return model.error();
    auto plan = plan_run(arguments, settings, *text, *model, context);
    if (!plan) return plan.error();
    PreparedRun out;
    out.plan = std::move(*plan);
    if (arguments.dry_run) return out;
    auto models = find_models(out.plan.config, settings, context);
    if (!models) return models.error();
    out.plan.models = std::move(*models);
    return out;
}

}  // namespace

Outcome<std::string> model_to_use(const Settings& settings, const PlanContext& context, bool dry_run, bool quiet) {
    if (auto given = main_model(settings, context)) return *given;
    if (dry_run) return std::string(kUnnamedModel);
    auto only = only_model_of(settings, context.environment);
    if (only && !quiet) say(fmt::format("retort: the server has one model: {}", *only));
    return only;
}

Outcome<PreparedRun> prepare_run(const SolveArguments& arguments, const Settings& settings,
                                 const PlanContext& context) {
    if (const auto error = check_combination(arguments)) return *error;
    const auto text = problem_text(arguments);
    if (!text) return text.error();
    if (arguments.replay) return prepare_replay(arguments, settings, *text, context);
    auto resumed = prepare_resume(arguments, settings, *text, context);
    if (!resumed) return resumed.error();
    if (*resumed) return std::move(**resumed);
    return prepare_fresh(arguments, settings, *text, context);
}

}  // namespace retort::cli

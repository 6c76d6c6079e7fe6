// `retort sweep`: many evaluations of one suite, one after another, in one journal.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "cli/commands.h"
#include "cli/display/screen.h"
#include "cli/eval_run.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/prepare.h"
#include "cli/suite_choice.h"
#include "cli/sweep_file.h"
#include "cli/sweep_output.h"
#include "model/language_model.h"

namespace retort::cli {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;

using Flags = std::map<std::string, std::string>;

// What a sweep is made of, with the defaults of its file filled in.
struct SweepPlan {
    SweepFile file;
    std::string journal;
    Settings settings;  // of all runs together: servers, threads
    std::vector<EvalPlan> runs;
    std::vector<std::string> warnings;
};

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

// Options win over the file's settings; what the grid varies cannot be set as well.
Outcome<Flags> flags_of(const SweepFile& file, const Flags& given, const Flags& run) {
    Flags out = file.settings;
    for (const auto& [name, value] : given) {
        if (run.contains(name)) return usage(fmt::format("--{}: the sweep's grid varies it; change the file", name));
        out[name] = value;
    }
    for (const auto& [name, value] : run)
        if (name != "samples") out[name] = value;
    return out;
}

int samples_of(const SweepFile& file, const SweepArguments& arguments, const Flags& run) {
    if (const auto own = run.find("samples"); own != run.end()) return std::stoi(own->second);
    return arguments.samples > 0 ? arguments.samples : file.samples;
}

Outcome<EvalPlan> plan_one(const SweepFile& file, const Invocation& invocation, const Flags& run,
                           const ChosenSuite& suite, const PlanContext& context) {
    const auto flags = flags_of(file, invocation.flags, run);
    if (!flags) return flags.error();
    const auto settings = load_settings(*flags);
    if (!settings) return settings.error();
    const auto model = model_to_use(*settings, context, invocation.sweep.dry_run, true);
    if (!model) return model.error();
    return plan_evaluation(suite, samples_of(file, invocation.sweep, run), *settings, *model, context,
                           invocation.sweep.dry_run);
}

// Combinations that come to the same run (an option that an operator does not use) are run once.
std::optional<Error> plan_runs(SweepPlan& out, const Invocation& invocation, const ChosenSuite& suite,
                               const PlanContext& context) {
    std::set<std::string> ids;
    for (const Flags& run : out.file.runs) {
        auto plan = plan_one(out.file, invocation, run, suite, context);
        if (!plan) return plan.error();
        if (!ids.insert(run_id(plan->config)).second) continue;
        for (const std::string& warning : suite_warnings(*suite.whole))
            if (std::find(out.warnings.begin(), out.warnings.end(), warning) == out.warnings.end())
                out.warnings.push_back(warning);
        out.runs.push_back(std::move(*plan));
    }
    const auto same = out.file.runs.size() - out.runs.size();
    if (same > 0)
        out.warnings.push_back(
            fmt::format("{} of {} combinations come to a run that is there already (an operator "
                        "does not use what differs); each is run once",
                        same, out.file.runs.size()));
    return std::nullopt;
}

// Beside the sweep's file where it is there, else as eval finds it.
std::string suite_path(const std::string& sweep, const SweepFile& file, const SweepArguments& arguments) {
    if (!arguments.suite.empty() || file.suite.empty()) return arguments.suite;
    const auto beside = std::filesystem::path(sweep).parent_path() / file.suite;
    std::error_code failed;
    return std::filesystem::is_regular_file(beside, failed) ? beside.string() : file.suite;
}

Outcome<SweepPlan> plan_sweep(const Invocation& invocation) {
    const SweepArguments& arguments = invocation.sweep;
    const auto text = read_input(arguments.file, kMostBytes);
    if (!text) return text.error();
    auto file = parse_sweep(arguments.file, *text);
    if (!file) return file.error();
    SweepPlan out;
    out.file = std::move(*file);
    const std::string path = suite_path(arguments.file, out.file, arguments);
    if (path.empty())
        return usage(fmt::format("{} names no suite: give one with --suite NAME|FILE.jsonl", arguments.file));
    out.journal = arguments.journal;
    if (out.journal.empty()) out.journal = out.file.journal;
    if (out.journal.empty()) out.journal = std::filesystem::path(arguments.file).stem().string() + ".db";
    const auto context = load_plan_context();
    if (!context) return context.error();
    auto suite = chosen_suite({path, arguments.limit, {}, arguments.shard});
    if (!suite) return suite.error();
    const auto flags = flags_of(out.file, invocation.flags, {});
    if (!flags) return flags.error();
    auto settings = load_settings(*flags);
    if (!settings) return settings.error();
    out.settings = std::move(*settings);
    if (auto error = plan_runs(out, invocation, *suite, *context)) return *error;
    return out;
}

std::vector<ModelSource> all_models(const std::vector<EvalPlan>& runs) {
    std::vector<ModelSource> out;
    std::set<std::string> names;
    for (const EvalPlan& run : runs)
        for (const ModelSource& model : run.models)
            if (names.insert(model.name).second) out.push_back(model);
    return out;
}

Outcome<ExitCode> run_all(const SweepPlan& plan, const SweepArguments& arguments, const Environment& environment) {
    EvalSessionOptions options{plan.journal, arguments.resume, true, arguments.quiet, plan.file.concurrency};
    auto session = EvalSession::open(std::move(options), all_models(plan.runs), *plan.runs.front().whole, plan.settings,
                                     environment);
    if (!session) return session.error();
    for (const EvalPlan& run : plan.runs)
        if (auto error = (*session)->check(run)) return *error;
    std::vector<SweepRow> rows;
    std::optional<Error> stopped;
    std::optional<Error> failed;  // of a run of which every sample failed
    bool one_came_through = false;
    for (const EvalPlan& run : plan.runs) {
        if (!arguments.quiet) say(fmt::format("run {} of {}", rows.size() + 1, plan.runs.size()));
        const auto outcome = (*session)->evaluate(run);
        if (!outcome) return outcome.error();
        if (outcome->end == EvalEnd::interrupted) stopped = Error{ErrorKind::interrupted, "interrupted"};
        if (outcome->end == EvalEnd::gave_up) stopped = outcome->first_error;
        if (stopped) break;
        if (const auto failure = outcome->total_failure())
            failed = failure;
        else
            one_came_through = true;
        rows.push_back({&run.config, outcome->summary, outcome->ending});
    }
    if (const auto closed = (*session)->close(); !closed) return closed.error();
    if (stopped) return report_stop(*stopped);
    const int width = isatty(kStdout) == 1 ? terminal_canvas(kStdout).width : 0;
    const auto written = write_stdout(arguments.json ? sweep_json(rows) : sweep_text(rows, width));
    if (!written) return written.error();
    if (failed && !one_came_through) return report_stop(*failed);
    if (!arguments.quiet && !arguments.json)
        say(fmt::format("retort report {} shows them side by side", shell_quoted(plan.journal)));
    return 0;
}

// Tokens of the longest template of any run, by estimate.
std::int64_t largest_template(const std::vector<EvalPlan>& runs) {
    std::int64_t out = 0;
    for (const EvalPlan& run : runs)
        for (const auto& [name, one] : run.prompts.templates) out = std::max(out, estimate_tokens(one.text).tokens);
    return out;
}

}  // namespace

Outcome<ExitCode> run_sweep(const Invocation& invocation) {
    const SweepArguments& arguments = invocation.sweep;
    const auto plan = plan_sweep(invocation);
    if (!plan) return plan.error();
    if (!arguments.quiet)
        for (const std::string& warning : plan->warnings) say("retort: warning: " + warning);
    if (!arguments.dry_run) return run_all(*plan, arguments, environment_variable);
    std::vector<EvalConfig> configs;
    for (const EvalPlan& run : plan->runs) configs.push_back(run.config);
    const std::optional<Shard>& shard = plan->runs.front().shard;
    const SweepCost cost = cost_of(configs, *plan->runs.front().suite, largest_template(plan->runs), plan->file.prices);
    const auto written =
        write_stdout(arguments.json ? sweep_plan_json(configs, cost, shard) : sweep_plan_text(configs, cost, shard));
    if (!written) return written.error();
    return 0;
}

}  // namespace retort::cli

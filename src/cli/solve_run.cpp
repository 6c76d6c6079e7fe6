#include "cli/solve_run.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/interrupts.h"
#include "cli/models.h"
#include "cli/observers.h"
#include "cli/output.h"
#include "cli/presenter.h"
#include "cli/version.h"
#include "model/http/open_files.h"
#include "operator/result_json.h"

namespace retort::cli {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

Outcome<std::shared_ptr<Journal>> open_journal(const SolveArguments& arguments, const Settings& settings) {
    if (!arguments.journal) return std::shared_ptr<Journal>();
    JournalOptions options;
    options.mode = arguments.resume ? JournalOptions::Mode::resume : JournalOptions::Mode::create;
    options.sync = settings.text("sync") == "full" ? SyncMode::full : SyncMode::process;
    options.program = program_name();
    return Journal::open(*arguments.journal, std::move(options));
}

// How to go on with an interrupted run: problem and settings are in the journal, what says where models are is not.
std::string resume_line(const SolveArguments& arguments, const Settings& settings) {
    std::string out = "retort solve --journal " + shell_quoted(*arguments.journal) + " --resume";
    for (const char* name : {"url", "model", "distill-model", "final-model", "api-key-env", "dialect", "prompts",
                             "in-flight", "retry-time", "threads", "ctx", "sync"})
        if (settings.given_as_flag(name)) out += fmt::format(" --{} {}", name, shell_quoted(*settings.text(name)));
    return out;
}

class SolveRun {
  public:
    SolveRun(PreparedRun prepared, const SolveArguments& arguments, const Settings& settings)
        : prepared_(std::move(prepared)), arguments_(arguments), settings_(settings) {}

    Outcome<ExitCode> carry_out(const Environment& environment) {
        raise_open_files();
        auto journal = open_journal(arguments_, settings_);
        if (!journal) return journal.error();
        journal_ = *journal;
        if (auto error = open_models(environment)) return *error;
        Interrupts interrupts(loop_, [this] { stop_.request_stop(); }, [this] { presenter_->begin_anew(); });
        presenter_ =
            std::make_unique<Presenter>(loop_, config(), arguments_, [this] { return seconds_since(started_); });
        if (RunObserver* shown = presenter_->observer()) observers_.add(shown);
        const Outcome<RunResult> result = run_to_end(loop_, run());
        if (!result) return result.error();
        return finish(*result);
    }

  private:
    const RunConfig& config() const { return prepared_.plan.config; }

    std::optional<Error> open_models(const Environment& environment) {
        auto models = prepared_.replay ? ModelSet::replay(*prepared_.replay, prepared_.replayed_run, config())
                                       : ModelSet::open(prepared_.plan.models, settings_, environment, loop_);
        if (!models) return models.error();
        models_ = std::move(*models);
        return std::nullopt;
    }

    Task<std::optional<Error>> begin_recording() {
        if (!journal_) co_return std::nullopt;
        RunHeader header{run_id(config()), "solve", config_json(config()), program_name(), 0};
        const Outcome<RunKey> run = co_await journal_->begin_run(std::move(header));
        if (!run) co_return run.error();
        if (!journal_->continues(*run)) co_await models_->find_out(stop_.get_token());
        models_->record(*journal_, *run, model_names(config()));
        recorder_ = std::make_unique<JournalObserver>(*journal_, *run, config().problem.id);
        observers_.add(recorder_.get());
        for (const std::string& warning : prepared_.plan.warnings) recorder_->option_warning(warning);
        co_return std::nullopt;
    }

    Task<Outcome<RunResult>> run() {
        const std::optional<Error> failed = co_await begin_recording();
        if (failed) co_return *failed;
        EngineDependencies dependencies;
        dependencies.models = models_->engine_models(config());
        dependencies.prompts = &prepared_.plan.prompts;
        dependencies.observer = &observers_;
        auto policy = std::make_shared<const FixedSchedule>(config().schedule);
        RunResult result = co_await run_operator(config().problem, std::move(policy), config().settings,
                                                 std::move(dependencies), stop_.get_token());
        co_return result;
    }

    std::string to_json(const RunResult& result, double wall_s) const {
        const RunConfig& c = config();
        return result_json({run_id(c), c.problem.id, c.shown(), c.schedule.name, c.model, c.settings.seed, wall_s},
                           result);
    }

    // The journal is closed before anything is printed: what is printed can be relied on.
    std::optional<Error> close_journal(const std::string& json) {
        if (!journal_) return std::nullopt;
        if (recorder_) recorder_->result(json);
        const auto closed = journal_->close();
        if (auto failed = journal_->failure()) return failed;
        return closed ? std::nullopt : std::optional<Error>(closed.error());
    }

    Outcome<ExitCode> finish(RunResult result) {
        const double wall_s = seconds_since(started_);
        std::vector<std::string> warnings = prepared_.recorded_warnings;
        warnings.insert(warnings.end(), prepared_.plan.warnings.begin(), prepared_.plan.warnings.end());
        result.warnings.insert(result.warnings.begin(), warnings.begin(), warnings.end());
        const std::string json = to_json(result, wall_s);
        if (const auto failed = close_journal(json)) result.error = failed;
        const auto shown = presenter_->present(result, wall_s, to_json(result, wall_s));
        presenter_.reset();
        tell_origin();
        if (!shown && !result.error) return shown.error();
        if (!result.error) return 0;
        const ExitCode code = report(*result.error);
        if (journal_ && recorder_ && result.error->kind != ErrorKind::usage)
            say("to go on: " + resume_line(arguments_, settings_));
        return code;
    }

    void tell_origin() const {
        if (arguments_.quiet) return;
        if (models_->resumed_calls() > 0)
            say(fmt::format("resumed: {} calls came from the journal", models_->resumed_calls()));
        if (models_->missing_counts() > 0)
            say(fmt::format("retort: warning: {} token counts are not in the journal: the replay may differ",
                            models_->missing_counts()));
    }

    PreparedRun prepared_;
    const SolveArguments& arguments_;
    const Settings& settings_;
    const Steady::time_point started_ = Steady::now();
    std::stop_source stop_;
    asio::io_context loop_;
    std::shared_ptr<Journal> journal_;
    std::unique_ptr<ModelSet> models_;
    std::unique_ptr<Presenter> presenter_;
    std::unique_ptr<JournalObserver> recorder_;
    Observers observers_;
};

}  // namespace

Outcome<ExitCode> carry_out(PreparedRun prepared, const SolveArguments& arguments, const Settings& settings,
                            const Environment& environment) {
    SolveRun run(std::move(prepared), arguments, settings);
    return run.carry_out(environment);
}

}  // namespace retort::cli

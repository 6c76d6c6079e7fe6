#include "cli/eval_run.h"

#include <fmt/format.h>

#include <chrono>
#include <map>

#include "cli/eval_recorded.h"
#include "cli/observers.h"
#include "cli/option_differences.h"
#include "cli/output.h"
#include "cli/prepare.h"
#include "cli/presenter.h"
#include "cli/version.h"
#include "model/http/open_files.h"

namespace retort::cli {
namespace {

using Steady = std::chrono::steady_clock;

EvalTitle title_of(const EvalConfig& config, const std::optional<Shard>& shard) {
    const std::string problems = shard ? shard_words(*shard, config.problems)
                                       : fmt::format("{} problem{}", config.problems, config.problems == 1 ? "" : "s");
    return {fmt::format("{}, {} x {} sample{}", config.suite, problems, config.samples, config.samples == 1 ? "" : "s"),
            settings_words(config.method, terminal_canvas(kStderr).unicode)};
}

}  // namespace

std::optional<Error> EvalOutcome::total_failure() const {
    if (summary.landed == 0 || summary.failed < summary.landed) return std::nullopt;
    return first_error;
}

EvalSession::EvalSession(EvalSessionOptions options) : options_(std::move(options)) {}

Outcome<std::unique_ptr<EvalSession>> EvalSession::open(EvalSessionOptions options, std::vector<ModelSource> models,
                                                        const Suite& suite, const Settings& settings,
                                                        const Environment& environment) {
    raise_open_files();
    std::unique_ptr<EvalSession> out(new EvalSession(std::move(options)));
    JournalOptions journal_options;
    const auto going_on = out->options_.several ? JournalOptions::Mode::extend : JournalOptions::Mode::resume;
    journal_options.mode = out->options_.resume ? going_on : JournalOptions::Mode::create;
    journal_options.sync = settings.text("sync") == "full" ? SyncMode::full : SyncMode::process;
    journal_options.program = program_name();
    // First, so that what is killed while a model is loaded can be resumed.
    auto journal = Journal::open(out->options_.journal, std::move(journal_options));
    if (!journal) return journal.error();
    out->journal_ = std::move(*journal);
    auto opened = ModelSet::open(models, settings, environment, out->loop_, &suite);
    if (!opened) return opened.error();
    out->models_ = std::move(*opened);
    EvalSession* const self = out.get();
    out->interrupts_ = std::make_unique<Interrupts>(
        out->loop_, [self] { self->stop_.request_stop(); },
        [self] {
            if (self->display_) self->display_->begin_anew();
        });
    return out;
}

EvalJob EvalSession::job_of(const EvalPlan& plan, const Suite& suite) const {
    EvalJob job;
    job.suite = &suite;
    job.policy = std::make_shared<const FixedSchedule>(plan.config.method.schedule);
    job.settings = plan.config.method.settings;
    job.samples = plan.config.samples;
    job.concurrency = options_.concurrency;
    return job;
}

EngineDependencies EvalSession::dependencies_of(const EvalPlan& plan) const {
    EngineDependencies out;
    out.models = models_->engine_models(plan.config.method);
    out.prompts = &plan.prompts;
    return out;
}

std::optional<Error> EvalSession::check(const EvalPlan& plan) {
    if (options_.resume) {
        const auto differences = differences_to_run(options_.journal, plan.config);
        if (!differences) return differences.error();
        if (!differences->empty() && !options_.several)
            return Error{ErrorKind::usage,
                         fmt::format("{} holds another run: {}; resume with its settings, or take another journal",
                                     options_.journal, joined(*differences))};
        const auto begun = has_run(options_.journal, plan.config);
        if (!begun) return begun.error();
        if (*begun) return std::nullopt;  // its budgets did when it was begun
    }
    // Of the whole, so that no shard is refused after others have run.
    const std::optional<SuiteShortfall> shortfall =
        run_to_end(loop_, suite_shortfall(job_of(plan, *plan.whole), dependencies_of(plan)));
    if (!shortfall) return std::nullopt;
    const BudgetShortfall& largest = shortfall->largest;
    return Error{ErrorKind::budget,
                 fmt::format("{0} {1} is too small for {2}: problem {3} needs at least {4}. Give {0} {4}, or an "
                             "operator with fewer calls, or a smaller --workspace, or leave out long problems (--only)",
                             largest.option, largest.given, plan.config.method.schedule.name, shortfall->problem,
                             largest.smallest)};
}

Outcome<EvalOutcome> EvalSession::evaluate(const EvalPlan& plan) {
    const Steady::time_point started = Steady::now();
    const auto elapsed = [started] { return std::chrono::duration<double>(Steady::now() - started).count(); };
    std::map<SampleKey, SampleFacts> known;
    if (options_.resume) {
        auto recorded = recorded_facts(options_.journal, plan.config, *plan.suite);
        if (!recorded) return recorded.error();
        known = std::move(*recorded);
    }
    if (!options_.quiet) display_.emplace(title_of(plan.config, plan.shard), elapsed);
    Outcome<EvalEnd> end = run_to_end(loop_, run(plan, std::move(known)));
    if (display_) display_->close();
    display_.reset();
    if (!end) return end.error();
    if (const auto failed = journal_->failure()) return *failed;
    EvalOutcome out;
    out.end = *end;
    out.summary = summarise(*plan.suite, recorder_->facts());
    out.ending = {elapsed(), resumed_calls_ + models_->resumed_calls(), models_->shared_calls(), plan.shard};
    out.first_error = recorder_->first_error();
    return out;
}

Task<Outcome<RunKey>> EvalSession::begin_recording(const EvalPlan& plan) {
    RunHeader header{run_id(plan.config), "eval", config_json(plan.config), program_name(), 0};
    const Outcome<RunKey> run = co_await journal_->begin_run(std::move(header));
    if (!run) co_return run.error();
    if (!journal_->continues(*run)) {
        co_await models_->find_out(stop_.get_token());
        record_problems(*plan.whole, *run);
        JournalObserver warner(*journal_, *run, "");
        for (const std::string& warning : plan.warnings) warner.option_warning(warning);
    }
    models_->record(*journal_, *run, model_names(plan.config.method), options_.several);
    co_return *run;
}

void EvalSession::record_problems(const Suite& suite, RunKey run) {
    for (const SuiteProblem& one : suite.problems) {
        RecordedEvent event;
        event.run = run;
        event.problem = one.problem.id;
        event.sample = -1;
        event.kind = "problem";
        event.body_json = one.line;
        journal_->event(std::move(event));
    }
}

Task<Outcome<EvalEnd>> EvalSession::run(const EvalPlan& plan, std::map<SampleKey, SampleFacts> known) {
    const Outcome<RunKey> key = co_await begin_recording(plan);
    if (!key) co_return key.error();
    recorder_ = std::make_unique<EvalRecorder>(plan.config, *plan.suite, *journal_, *key, stop_,
                                               display_ ? &*display_ : nullptr);
    std::set<SampleKey> done;
    std::vector<SampleFacts> facts;
    resumed_calls_ = 0;
    for (auto& [sample, one] : known) {
        done.insert(sample);
        resumed_calls_ += one.budget.calls;
        facts.push_back(std::move(one));
    }
    recorder_->take(std::move(facts));
    EvalJob job = job_of(plan, *plan.suite);
    EngineDependencies dependencies = dependencies_of(plan);
    const EvalEnd end =
        co_await run_eval(std::move(job), std::move(dependencies), std::move(done), *recorder_, stop_.get_token());
    co_return end;
}

Outcome<void> EvalSession::close() {
    interrupts_.reset();
    const auto closed = journal_->close();
    if (const auto failed = journal_->failure()) return *failed;
    return closed;
}

int report_stop(const Error& error) {
    const int code = report(error);
    // A budget that is too small stays so.
    if (error.kind == ErrorKind::budget || error.kind == ErrorKind::usage) return code;
    say("to go on: the same line with --resume; nothing that was answered is asked again");
    return code;
}

}  // namespace retort::cli

#include "cli/eval_run.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "cli/observers.h"
#include "cli/output.h"
#include "cli/prepare.h"
#include "cli/presenter.h"
#include "cli/version.h"
#include "model/http/open_files.h"
#include "record/journal_reader.h"

namespace retort::cli {
namespace {

using Steady = std::chrono::steady_clock;

// Results that the journal has of this configuration. Those that failed are left out: they are tried again.
Outcome<std::map<SampleKey, SampleFacts>> recorded_facts(const std::string& path, const std::string& run,
                                                         const Suite& suite) {
    std::map<SampleKey, SampleFacts> out;
    std::error_code failed;
    if (!std::filesystem::exists(path, failed) || JournalReader::is_blank(path)) return out;
    auto reader = JournalReader::open(path);
    if (!reader) return reader.error();
    const auto runs = (*reader)->runs();
    if (!runs) return runs.error();
    std::map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < suite.problems.size(); ++i) index.emplace(suite.problems[i].problem.id, i);
    std::map<SampleKey, SampleFacts> by_key;  // a later result is that of a later try
    std::optional<Error> unreadable;
    for (const RecordedRun& recorded : *runs) {
        if (recorded.header.run_id != run) continue;
        const auto read = (*reader)->events(recorded.key, [&](const RecordedEvent& event) {
            const auto at = index.find(event.problem);
            if (event.kind != "result" || at == index.end()) return true;
            const auto record = sample_record(event.problem, event.sample, event.body_json);
            if (!record) unreadable = record.error();
            if (record)
                by_key[{at->second, event.sample}] =
                    facts_of(*record, suite.problems[at->second].problem.verifier.get());
            return record.has_value();
        });
        if (!read) return read.error();
        if (unreadable) return *unreadable;
    }
    for (auto& [key, facts] : by_key)
        if (!facts.failed) out.emplace(key, std::move(facts));
    return out;
}

EvalTitle title_of(const EvalConfig& config) {
    return {fmt::format("{}, {} problem{} x {} sample{}", config.suite, config.problems,
                        config.problems == 1 ? "" : "s", config.samples, config.samples == 1 ? "" : "s"),
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
    auto opened = ModelSet::open(models, settings, environment, out->loop_, &suite);
    if (!opened) return opened.error();
    out->models_ = std::move(*opened);
    auto journal = Journal::open(out->options_.journal, std::move(journal_options));
    if (!journal) return journal.error();
    out->journal_ = std::move(*journal);
    EvalSession* const self = out.get();
    out->interrupts_ = std::make_unique<Interrupts>(
        out->loop_, [self] { self->stop_.request_stop(); },
        [self] {
            if (self->display_) self->display_->begin_anew();
        });
    return out;
}

Outcome<EvalOutcome> EvalSession::evaluate(const EvalPlan& plan) {
    const Steady::time_point started = Steady::now();
    const auto elapsed = [started] { return std::chrono::duration<double>(Steady::now() - started).count(); };
    std::map<SampleKey, SampleFacts> known;
    if (options_.resume) {
        auto recorded = recorded_facts(options_.journal, run_id(plan.config), *plan.suite);
        if (!recorded) return recorded.error();
        known = std::move(*recorded);
    }
    if (!options_.quiet) display_.emplace(title_of(plan.config), elapsed);
    Outcome<EvalEnd> end = run_to_end(loop_, run(plan, std::move(known)));
    if (display_) display_->close();
    display_.reset();
    if (!end) return end.error();
    if (const auto failed = journal_->failure()) return *failed;
    EvalOutcome out;
    out.end = *end;
    out.summary = summarise(*plan.suite, recorder_->facts());
    out.ending = {elapsed(), resumed_calls_ + models_->resumed_calls(), models_->shared_calls()};
    out.first_error = recorder_->first_error();
    return out;
}

Task<Outcome<RunKey>> EvalSession::begin_recording(const EvalPlan& plan) {
    RunHeader header{run_id(plan.config), "eval", config_json(plan.config), program_name(), 0};
    const Outcome<RunKey> run = co_await journal_->begin_run(std::move(header));
    if (!run) co_return run.error();
    if (!journal_->continues(*run)) {
        co_await models_->find_out(stop_.get_token());
        record_problems(*plan.suite, *run);
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
    EvalJob job;
    job.suite = plan.suite.get();
    job.policy = std::make_shared<const FixedSchedule>(plan.config.method.schedule);
    job.settings = plan.config.method.settings;
    job.samples = plan.config.samples;
    job.concurrency = options_.concurrency;
    EngineDependencies dependencies;
    dependencies.models = models_->engine_models(plan.config.method);
    dependencies.prompts = &plan.prompts;
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

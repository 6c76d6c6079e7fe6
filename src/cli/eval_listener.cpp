#include "cli/eval_listener.h"

#include <fmt/format.h>

#include "operator/result_json.h"

namespace retort::cli {

EvalRecorder::EvalRecorder(const EvalConfig& config, const Suite& suite, Journal& journal, RunKey run,
                           std::stop_source stop, EvalDisplay* display)
    : config_(config),
      run_id_(run_id(config)),
      suite_(suite),
      journal_(journal),
      run_(run),
      stop_(std::move(stop)),
      display_(display) {
    progress_.samples = static_cast<std::int64_t>(suite.problems.size()) * config.samples;
}

void EvalRecorder::take(std::vector<SampleFacts> facts) {
    for (const SampleFacts& one : facts) add(progress_, one);
    progress_.resumed = static_cast<std::int64_t>(facts.size());
    facts_ = std::move(facts);
    show();
}

void EvalRecorder::started(SampleKey) {
    ++progress_.in_flight;
    show();
}

void EvalRecorder::landed(SampleKey key, const RunResult& result, double wall_s) {
    --progress_.in_flight;
    // It goes on when the evaluation is resumed; what it was given is in the journal.
    if (result.error && result.error->kind == ErrorKind::interrupted) return show();
    const Problem& problem = suite_.problems[key.problem].problem;
    const MethodConfig& method = config_.method;
    std::string json = result_json(
        {run_id_, problem.id, problem.text, method.schedule.name, method.model, method.settings.seed, wall_s}, result);
    const auto record = sample_record(problem.id, key.sample, json);
    facts_.push_back(facts_of(record.value(), problem.verifier.get()));
    add(progress_, facts_.back());
    if (result.error && !first_error_) first_error_ = result.error;
    if (result.error && display_ != nullptr)
        display_->tell(fmt::format("problem {}, sample {}: failed: {}", problem.id, key.sample, result.error->message));
    RecordedEvent event;
    event.run = run_;
    event.problem = problem.id;
    event.sample = key.sample;
    event.kind = "result";
    event.body_json = std::move(json);
    journal_.event(std::move(event));
    if (journal_.failure()) stop_.request_stop();  // nothing that comes now could be kept
    show();
}

void EvalRecorder::show() {
    if (display_ != nullptr) display_->show(progress_);
}

}  // namespace retort::cli

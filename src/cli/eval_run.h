// Evaluations carried out: models, journal and signals around the runner of eval/. One session runs one evaluation, or
// those of a sweep one after another.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/display/eval_display.h"
#include "cli/eval_config.h"
#include "cli/eval_listener.h"
#include "cli/eval_output.h"
#include "cli/interrupts.h"
#include "cli/models.h"
#include "cli/plan.h"
#include "cli/shard.h"
#include "eval/runner.h"

namespace retort::cli {

struct EvalPlan {
    EvalConfig config;                   // of the run, whatever part of it is run here
    std::shared_ptr<const Suite> whole;  // the run's problems
    std::shared_ptr<const Suite> suite;  // those that are run here: all, or a shard's
    std::optional<Shard> shard;
    PromptSet prompts;
    std::vector<ModelSource> models;
    std::vector<std::string> warnings;
};

struct EvalSessionOptions {
    std::string journal;
    bool resume = false;
    bool several = false;  // runs share the journal, and what they would draw alike
    bool quiet = false;    // no progress
    int concurrency = 16;  // samples of problems in flight
};

struct EvalOutcome {
    EvalEnd end = EvalEnd::done;
    EvalSummary summary;
    EvalEnding ending;
    std::optional<Error> first_error;  // of the samples that failed in this process

    // Every sample failed: the error that stands for all.
    std::optional<Error> total_failure() const;
};

class EvalSession {
  public:
    // Opens the journal and loads the models. `settings` and `environment` must outlive the session.
    static Outcome<std::unique_ptr<EvalSession>> open(EvalSessionOptions options, std::vector<ModelSource> models,
                                                      const Suite& suite, const Settings& settings,
                                                      const Environment& environment);

    // What is wrong with a plan before any call: the journal that is gone on with holds another run, or a budget is too
    // small for the suite's problems.
    std::optional<Error> check(const EvalPlan& plan);

    // On this thread, to its end. An error is the journal's.
    Outcome<EvalOutcome> evaluate(const EvalPlan& plan);

    // All is written; what is printed afterwards can be relied on.
    Outcome<void> close();

  private:
    EvalSession(EvalSessionOptions options);
    Task<Outcome<RunKey>> begin_recording(const EvalPlan& plan);
    Task<Outcome<EvalEnd>> run(const EvalPlan& plan, std::map<SampleKey, SampleFacts> known);
    EvalJob job_of(const EvalPlan& plan, const Suite& suite) const;
    EngineDependencies dependencies_of(const EvalPlan& plan) const;
    void record_problems(const Suite& suite, RunKey run);

    const EvalSessionOptions options_;
    std::stop_source stop_;
    asio::io_context loop_;
    std::shared_ptr<Journal> journal_;
    std::unique_ptr<ModelSet> models_;
    std::unique_ptr<Interrupts> interrupts_;
    std::optional<EvalDisplay> display_;
    std::unique_ptr<EvalRecorder> recorder_;
    std::int64_t resumed_calls_ = 0;  // of samples that were not run again
};

// What to print and the exit code of a session that did not come to its end.
int report_stop(const Error& error);

}  // namespace retort::cli

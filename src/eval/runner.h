// Every sample of every problem through the engine, many at a time. The drafts of all problems fill the server
// together: there is no barrier over the suite. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>

#include "eval/suite.h"
#include "operator/engine.h"

namespace retort {

struct EvalJob {
    const Suite* suite = nullptr;  // not owned, outlives the run
    std::shared_ptr<const Policy> policy;
    RunSettings settings;  // `sample` is filled in
    int samples = 1;       // of each problem
    int concurrency = 16;  // samples of problems in flight
};

// A sample's place: which problem of the suite, which sample.
struct SampleKey {
    std::size_t problem = 0;
    int sample = 0;
    friend auto operator<=>(const SampleKey&, const SampleKey&) = default;
};

// Told of what happens. Called on the loop's thread.
class EvalListener {
  public:
    virtual ~EvalListener() = default;
    virtual void started(SampleKey /*key*/) {}
    virtual void landed(SampleKey key, const RunResult& result, double wall_s) = 0;
};

enum class EvalEnd {
    done,         // every sample landed, however it ended
    interrupted,  // `stop` was requested
    gave_up,      // the first samples all failed by the model or its server: the rest was not tried
};

// Samples in `done` are passed over. Samples are begun in the order of sample 0 of all problems, then sample 1, so that
// what is there early speaks for the whole suite. One sample's failure never ends the run.
Task<EvalEnd> run_eval(EvalJob job, EngineDependencies dependencies, std::set<SampleKey> done, EvalListener& listener,
                       std::stop_token stop);

// A budget with which not every problem can be answered.
struct SuiteShortfall {
    BudgetShortfall largest;  // the smallest budget that would do for all that were looked at
    std::string problem;      // which of them needs that much
};

// Whether the budgets can do for the suite, before any call: none when they can. The longest problems are looked at,
// since they need the most.
Task<std::optional<SuiteShortfall>> suite_shortfall(EvalJob job, EngineDependencies dependencies);

}  // namespace retort

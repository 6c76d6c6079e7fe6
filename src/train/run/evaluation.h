// The test problems of a run, and what the net makes of them.
#pragma once

#include <cstdint>
#include <vector>

#include "train/run/listener.h"
#include "train/run/methods.h"
#include "train/run/rollout_runner.h"

namespace retort::train {

class Evaluation {
  public:
    // Errors: problems that cannot be read or made, operators that are not known, no problems though there are
    // evaluations.
    static Outcome<Evaluation> load(const EvalSettings& settings, const PromptSet& prompts, std::int64_t seed);

    const Suite& suite() const { return suite_; }

    // All methods over all problems, the figures put into the row; the mean of the methods' accuracies. The error is
    // the journal's.
    Outcome<double> run(MetricsRow& row, RolloutRunner& runner, TrainListener& listener) const;

  private:
    Outcome<double> run_method(const NamedMethod& method, MetricsRow& row, RolloutRunner& runner) const;

    EvalSettings settings_;
    std::int64_t seed_ = 0;
    Suite suite_;
    std::vector<NamedMethod> methods_;
};

}  // namespace retort::train

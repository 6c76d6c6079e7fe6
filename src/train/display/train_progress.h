// What a training run has come to, as far as people watch it: the last row, the last values of a few figures, and how
// fast it goes. Pure; told the time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "train/run/metrics.h"

namespace retort::train {

struct TrainPlan {
    std::int64_t sft_steps = 0;
    std::int64_t rl_steps = 0;
};

struct TrainEvaluation {
    std::string method;  // "pdr:16 think=48"
    double accuracy = 0;
};

class TrainProgress {
  public:
    explicit TrainProgress(TrainPlan plan) : plan_(plan) {}

    // Rows in their order; `now_s` on any clock that does not go back.
    void take(const MetricsRow& row, double now_s);

    const TrainPlan& plan() const { return plan_; }
    std::int64_t all_steps() const { return plan_.sft_steps + plan_.rl_steps; }
    std::int64_t step() const { return step_; }
    const std::string& phase() const { return phase_; }  // empty: no row yet
    bool done() const { return step_ >= all_steps(); }

    // Of the last row; none: it has no such figure.
    std::optional<double> figure(std::string_view name) const;

    // The last values of a figure that is watched, the newest last: loss, rewards, accuracies of evaluations.
    std::vector<double> last_values(const std::string& name) const;

    // The last evaluation and its step; empty: none yet.
    const std::vector<TrainEvaluation>& evaluation() const { return evaluation_; }
    std::int64_t evaluated_at() const { return evaluated_at_; }

    // Of the phase under way, since the two phases' steps differ; none: not known yet.
    std::optional<double> seconds_left(double now_s) const;

  private:
    void remember(const std::string& name, double value);

    TrainPlan plan_;
    std::int64_t step_ = 0;
    std::string phase_;
    std::map<std::string, double, std::less<>> figures_;
    std::map<std::string, std::deque<double>> values_;
    std::vector<TrainEvaluation> evaluation_;
    std::int64_t evaluated_at_ = 0;
    std::int64_t measured_from_ = 0;  // the step at whose end the measuring of this phase's speed began
    double measured_from_s_ = 0;
    double last_row_s_ = 0;
};

}  // namespace retort::train

// The steps of supervised training of a run: examples drawn, learnt, told of.
#pragma once

#include <cstdint>
#include <future>

#include "train/run/config.h"
#include "train/run/metrics.h"
#include "train/run/model_setup.h"
#include "train/run/run_folder.h"
#include "train/run/sft.h"

namespace retort::train {

class SftPhase {
  public:
    // None is owned.
    SftPhase(const TrainConfig& config, const ExampleSource& source, const TrainedModel& model, Net& net,
             const RunFolder& folder)
        : config_(config), source_(source), model_(model), net_(net), folder_(folder) {}

    // The step after `state.step`, whose examples it counts. A gradient that is no number is in the row; the batch is
    // kept in the folder, as is one at which the net throws. The error is that of draw_examples().
    Outcome<MetricsRow> step(TrainState& state);

  private:
    Outcome<SftBatch> draw(std::int64_t step, std::int64_t first) const;
    Outcome<SftBatch> batch(std::int64_t step, std::int64_t first);
    SftStep learn(const SftBatch& batch, std::int64_t row, const AdamW& settings) const;
    void draw_ahead(std::int64_t step, std::int64_t first);

    const TrainConfig& config_;
    const ExampleSource& source_;
    const TrainedModel& model_;
    Net& net_;
    const RunFolder& folder_;
    std::future<Outcome<SftBatch>> next_;  // of the next step, drawn beside this one; a pure function of its arguments
};

}  // namespace retort::train

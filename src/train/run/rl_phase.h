// The steps of reinforcement of a run: rollouts gathered, learnt from, told of.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "train/run/arm_figures.h"
#include "train/run/gathering.h"
#include "train/run/listener.h"
#include "train/run/rl.h"
#include "train/run/run_folder.h"

namespace retort::train {

class RlPhase {
  public:
    // None is owned. The error is that of arms_of().
    static Outcome<std::unique_ptr<RlPhase>> make(const TrainConfig& config, const Suite& problems, RewardRule reward,
                                                  Net& net, RolloutRunner& runner, const RunFolder& folder,
                                                  TrainListener& listener);

    // The run's step after `done` (the SFT's among them). A gradient that is no number is in the row; the batch is kept
    // in the folder. The error is the journal's.
    Outcome<MetricsRow> step(std::int64_t done);

    // What the steps to come depend on, beside the net.
    void save(TrainState& state) const;
    void go_on(const TrainState& state);

  private:
    RlPhase(const TrainConfig& config, Net& net, RolloutRunner& runner, const RunFolder& folder,
            TrainListener& listener, Gathering gathering);
    void put_arms(MetricsRow& row, const Gathered& gathered);
    void learn_from(MetricsRow& row, const Gathered& gathered, std::int64_t step);
    void put_updates(MetricsRow& row, const RlUpdates& updates, double lr) const;

    const TrainConfig& config_;
    Net& net_;
    RolloutRunner& runner_;
    const RunFolder& folder_;
    TrainListener& listener_;
    Gathering gathering_;
    TruncationWatch truncation_;
};

}  // namespace retort::train

// The steps of reinforcement of a run: rollouts gathered, learnt from, told of.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "train/run/ahead.h"
#include "train/run/arm_figures.h"
#include "train/run/gathering.h"
#include "train/run/listener.h"
#include "train/run/rl.h"
#include "train/run/run_folder.h"

namespace retort::train {

// What a run gives to its parts; none is owned.
struct RunParts {
    const TrainConfig& config;
    const TrainedModel& model;
    Net& net;
    asio::io_context& loop;
    RunJournal* journal;  // may be null
    RolloutRunner& runner;
    const RunFolder& folder;
    TrainListener& listener;
};

class RlPhase {
  public:
    // Goes on from `state`; `behind` as in the checkpoint. The error is that of arms_of().
    static Outcome<std::unique_ptr<RlPhase>> make(const RunParts& run, const Suite& problems, RewardRule reward,
                                                  const TrainState& state, const std::vector<NamedTensor>& behind);

    // The run's step after `done` (the SFT's among them). A gradient that is no number is in the row; the batch is kept
    // in the folder, as is one at which the net throws. The error is the journal's.
    Outcome<MetricsRow> step(std::int64_t done);

    // What the steps to come depend on, beside the net.
    void save(Checkpoint& checkpoint) const;

  private:
    RlPhase(const RunParts& run, Gathering gathering);
    void go_on(const TrainState& state, const std::vector<NamedTensor>& behind);
    Outcome<Gathered> gather(std::int64_t step, std::int64_t row);
    void put_arms(MetricsRow& row, const Gathered& gathered);
    RlUpdates learn(const std::vector<MiniBatch>& batches, const std::vector<double>& shares, std::int64_t row,
                    const AdamW& settings) const;
    void learn_from(MetricsRow& row, const Gathered& gathered, std::int64_t step);
    void put_updates(MetricsRow& row, const RlUpdates& updates, double lr) const;
    void warn_of_difference(const MetricsRow& row) const;

    const RunParts run_;
    const TrainConfig& config_;
    Gathering gathering_;
    TruncationWatch truncation_;
    Ahead ahead_;  // after what it uses
};

}  // namespace retort::train

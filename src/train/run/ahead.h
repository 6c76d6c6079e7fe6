// The rollouts of the next step, made beside the learning of this one (async = 1).
//
// They are sampled with the weights as they are when begin() is called, from a copy, so that what is sampled does not
// depend on how fast either goes.
#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <vector>

#include "train/run/gathering.h"

namespace retort::train {

class Ahead {
  public:
    // None is owned. Between begin() and wait() nobody else touches `gathering`, `loop` and `journal`.
    Ahead(const TrainConfig& config, const TrainedModel& model, asio::io_context& loop, RunJournal* journal,
          Gathering& gathering)
        : config_(config), model_(model), loop_(loop), journal_(journal), gathering_(gathering) {}

    // The rollouts of a step, on a thread of its own. `step` and `row` as of Gathering::gather.
    void begin(const std::vector<NamedTensor>& weights, std::int64_t step, std::int64_t row);

    // Rollouts are under way or ready.
    bool has_begun() const { return under_way_.valid(); }

    // Until they are ready.
    void wait() const;

    // Those that were begun. What the thread threw is thrown here.
    Outcome<Gathered> take();

    // What begin() began from: with it the same rollouts are made again.
    const DrawState& drawn() const { return drawn_; }
    const DraftPool& pool() const { return pool_; }
    std::vector<NamedTensor> weights() const { return net_->weights(); }

  private:
    const TrainConfig& config_;
    const TrainedModel& model_;
    asio::io_context& loop_;
    RunJournal* journal_;
    Gathering& gathering_;
    std::optional<Net> net_;  // from the first begin() on
    std::optional<RolloutRunner> runner_;
    DrawState drawn_;
    DraftPool pool_;
    std::future<Outcome<Gathered>> under_way_;  // last: its end is waited for first
};

}  // namespace retort::train

// What a step of reinforcement learns from: problems drawn, rolled out by each arm, judged.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "train/rollout/drafts_model.h"
#include "train/run/arms.h"
#include "train/run/batch.h"
#include "train/run/problems.h"
#include "train/run/rollout_runner.h"

namespace retort::train {

struct Gathered {
    std::vector<double> shares;        // one an arm; they sum to 1
    std::vector<std::size_t> prompts;  // asked of each arm: 0 where its share comes to none
    std::vector<ArmRollouts> arms;
    std::int64_t epoch = 0;  // of the problems, and how many of them are retired, after these
    std::size_t retired = 0;
    std::int64_t tokens = 0;  // that were sampled
    double seconds = 0;
    std::int64_t staleness = 0;  // steps of reinforcement between the weights that sampled and those that learn
};

// One thread at a time.
class Gathering {
  public:
    // Neither is owned. The error is that of arms_of().
    static Outcome<Gathering> make(const TrainConfig& config, const Suite& problems, RewardRule reward);

    const std::vector<Arm>& arms() const { return arms_; }
    const RewardRule& reward() const { return reward_; }

    // Called as an arm begins, with its name.
    using Began = std::function<void(const std::string& arm)>;

    // The rollouts of a step (0: the first of reinforcement), drawn after those of the steps before. `row`: the step as
    // the journal tells it. The error is the journal's.
    Outcome<Gathered> gather(std::int64_t step, std::int64_t row, RolloutRunner& runner, const Began& began);

    // Where the drawing stands: what the next gather() depends on beside the weights.
    const DrawState& drawn() const { return draw_.state(); }
    const DraftPool& pool() const { return pool_; }
    void go_on(DrawState drawn, DraftPool pool);

  private:
    Gathering(const TrainConfig& config, const Suite& problems, RewardRule reward, std::vector<Arm> arms);
    Outcome<ArmRollouts> roll_out(const Arm& arm, std::int64_t step, std::int64_t row, std::size_t prompts,
                                  RolloutRunner& runner);
    void note_pass_rates(const ArmRollouts& arm, const std::vector<std::size_t>& places);

    const TrainConfig& config_;
    const Suite& problems_;
    RewardRule reward_;
    std::vector<Arm> arms_;
    ProblemDraw draw_;
    DraftPool pool_;
};

}  // namespace retort::train

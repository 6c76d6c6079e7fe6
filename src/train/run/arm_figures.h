// The figures of an arm in one step, for metrics.jsonl and for warnings. Pure.
#pragma once

#include <set>
#include <string>

#include "train/run/batch.h"
#include "train/run/metrics.h"

namespace retort::train {

// Under the arm's name: "trace/reward/mean".
void put_arm(MetricsRow& row, const std::string& name, const ArmRollouts& arm, const RewardRule& rule);

// Why the arm teaches nothing in this step: empty where it may teach something.
std::string nothing_learnt(const ArmRollouts& arm, std::size_t retired);

// How many rollouts a failing term of the reward cost, and what it said first: empty where none did.
std::string failed_terms(const ArmRollouts& arm);

// Share of the arm's calls that a limit cut off: their thinking or their answer.
double cut_share(const ArmRollouts& arm);

// Warns when the share of calls that were cut off passes a threshold, and again when it does so after it had fallen.
class TruncationWatch {
  public:
    explicit TruncationWatch(double threshold) : threshold_(threshold) {}

    // Of the arm in the next step. Empty where there is nothing new to warn of.
    std::string warning(const std::string& arm, double share);

  private:
    double threshold_;
    std::set<std::string> above_;  // arms whose share is
};

}  // namespace retort::train

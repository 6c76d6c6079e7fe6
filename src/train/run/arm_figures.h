// The figures of an arm in one step, for metrics.jsonl and for warnings. Pure.
#pragma once

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

}  // namespace retort::train

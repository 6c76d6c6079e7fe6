#include "train/run/arm_figures.h"

#include <fmt/format.h>

#include <algorithm>

namespace retort::train {
namespace {

struct RolloutSums {
    double reward = 0;
    double right = 0;
    double rounds_mean = 0;
    double rounds_sum = 0;
    double judged = 0;
    double failed = 0;
    double b_seq = 0;
};

struct CallSums {
    double calls = 0;
    double length = 0;
    double cut = 0;
};

RolloutSums sum_rollouts(const ArmRollouts& arm) {
    RolloutSums out;
    for (std::size_t i = 0; i < arm.rollouts.size(); ++i) {
        out.failed += arm.rollouts[i].result.error.has_value();
        out.b_seq += static_cast<double>(arm.rollouts[i].result.budget.b_seq);
        if (!arm.rewards[i]) continue;
        ++out.judged;
        out.reward += arm.rewards[i]->value;
        out.right += arm.rewards[i]->right;
        out.rounds_mean += arm.rewards[i]->rounds;
        out.rounds_sum += arm.rewards[i]->rounds_sum;
    }
    return out;
}

CallSums sum_calls(const ArmRollouts& arm) {
    CallSums out;
    for (const Rollout& rollout : arm.rollouts)
        for (const auto& [place, call] : rollout.calls) {
            ++out.calls;
            out.length += static_cast<double>(call.ids.size());
            out.cut += call.thinking_cut || call.finish == Finish::length;
        }
    return out;
}

double mean(double sum, double count) {
    return count > 0 ? sum / count : 0;
}

}  // namespace

void put_arm(MetricsRow& row, const std::string& name, const ArmRollouts& arm) {
    const RolloutSums sums = sum_rollouts(arm);
    const CallSums calls = sum_calls(arm);
    const auto rollouts = static_cast<double>(arm.rollouts.size());
    row.put(name + "/reward/mean", mean(sums.reward, sums.judged));
    row.put(name + "/accuracy", mean(sums.right, sums.judged));
    if (name == "op") {
        row.put(name + "/reward/rounds_mean", mean(sums.rounds_mean, sums.judged));
        row.put(name + "/reward/rounds_sum", mean(sums.rounds_sum, sums.judged));
    }
    row.put(name + "/response_length/mean", mean(calls.length, calls.calls));
    row.put(name + "/response_length/clip_ratio", mean(calls.cut, calls.calls));
    row.put(name + "/b_seq", mean(sums.b_seq, rollouts));
    row.put(name + "/frac_reward_zero_std", mean(static_cast<double>(arm.dropped), static_cast<double>(arm.prompts)));
    row.put(name + "/prompts", static_cast<double>(arm.prompts));
    row.put(name + "/unknown", rollouts - sums.judged - sums.failed);
    row.put(name + "/failed", sums.failed);
}

std::string nothing_learnt(const ArmRollouts& arm, std::size_t retired) {
    if (arm.rollouts.empty()) return fmt::format("all {} problems are retired (rl.retire_at)", retired);
    const auto failed = [](const Rollout& one) { return one.result.error.has_value(); };
    if (!std::all_of(arm.rollouts.begin(), arm.rollouts.end(), failed)) return "";
    return "every rollout failed: " + arm.rollouts.front().result.error->message;
}

}  // namespace retort::train

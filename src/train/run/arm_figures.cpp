#include "train/run/arm_figures.h"

#include <fmt/format.h>

#include <algorithm>

namespace retort::train {
namespace {

struct RolloutSums {
    double reward = 0;
    double right = 0;
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

bool has_rounds(const Rollout& rollout) {
    return !rollout.result.rounds.empty();
}

double mean(double sum, double count) {
    return count > 0 ? sum / count : 0;
}

// Means over the rollouts that have a reward. A term of rounds has no figures where there were none.
void put_term(MetricsRow& row, const std::string& name, const ArmRollouts& arm, const RewardTerm& term,
              std::size_t which) {
    TermValue sums;
    double means = 0;
    double judged = 0;
    for (const std::optional<Reward>& reward : arm.rewards) {
        if (!reward) continue;
        ++judged;
        sums.sum += reward->terms[which].sum;
        sums.count += reward->terms[which].count;
        means += reward->terms[which].mean();
    }
    const std::string metric = name + "/reward/" + term.name;
    if (term.of == TermOf::rollout) return row.put(metric, mean(means, judged));
    if (sums.count == 0) return;
    row.put(metric + "_mean", mean(means, judged));
    row.put(metric + "_sum", mean(sums.sum, judged));
}

}  // namespace

void put_arm(MetricsRow& row, const std::string& name, const ArmRollouts& arm, const RewardRule& rule) {
    const RolloutSums sums = sum_rollouts(arm);
    const CallSums calls = sum_calls(arm);
    const auto rollouts = static_cast<double>(arm.rollouts.size());
    row.put(name + "/reward/mean", mean(sums.reward, sums.judged));
    row.put(name + "/accuracy", mean(sums.right, sums.judged));
    for (std::size_t i = 0; i < rule.terms().size(); ++i) put_term(row, name, arm, rule.terms()[i], i);
    row.put(name + "/sampled_tokens", calls.length);
    row.put(name + "/response_length/mean", mean(calls.length, calls.calls));
    row.put(name + "/response_length/clip_ratio", cut_share(arm));
    row.put(name + "/b_seq", mean(sums.b_seq, rollouts));
    row.put(name + "/frac_reward_zero_std", mean(static_cast<double>(arm.dropped), static_cast<double>(arm.prompts)));
    if (std::any_of(arm.rollouts.begin(), arm.rollouts.end(), has_rounds))
        row.put(name + "/majority_right", mean(static_cast<double>(arm.majority_right), rollouts));
    if (arm.pooled) row.put(name + "/drafts_pooled", *arm.pooled);
    row.put(name + "/prompts", static_cast<double>(arm.prompts));
    const auto without_term = static_cast<double>(arm.failed_terms.size());
    row.put(name + "/unknown", rollouts - sums.judged - sums.failed - without_term);
    row.put(name + "/failed", sums.failed);
    row.put(name + "/reward_failed", without_term);
}

double cut_share(const ArmRollouts& arm) {
    const CallSums sums = sum_calls(arm);
    return mean(sums.cut, sums.calls);
}

std::string TruncationWatch::warning(const std::string& arm, double share) {
    if (share <= threshold_) {
        above_.erase(arm);
        return "";
    }
    if (!above_.insert(arm).second) return "";
    return fmt::format(
        "{:.0f} % of the calls were cut off, more than {:.0f} % (rl.truncation_warning): training tends "
        "to grow unstable; raise think or max_answer, or reward short answers (reward.length)",
        100 * share, 100 * threshold_);
}

std::string nothing_learnt(const ArmRollouts& arm, std::size_t retired) {
    if (arm.rollouts.empty()) return fmt::format("all {} problems are retired (rl.retire_at)", retired);
    const auto failed = [](const Rollout& one) { return one.result.error.has_value(); };
    if (!std::all_of(arm.rollouts.begin(), arm.rollouts.end(), failed)) return "";
    return "every rollout failed: " + arm.rollouts.front().result.error->message;
}

std::string failed_terms(const ArmRollouts& arm) {
    if (arm.failed_terms.empty()) return "";
    return fmt::format("a term of the reward failed for {} of {} rollouts, which teach nothing: {}",
                       arm.failed_terms.size(), arm.rollouts.size(), arm.failed_terms.front());
}

}  // namespace retort::train

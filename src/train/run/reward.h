// The reward of a rollout: that of a right or a wrong answer, and terms that shape it. Pure.
//
//   R = correct or wrong + sum over terms of weight x value
//
// Only a rollout whose answer was judged has a reward. One that failed, whose verdict is unknown, or of which a term
// cannot say its value, has none: it is counted and teaches nothing, since a reward without one of its terms would not
// compare with those of the prompt's other rollouts.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "train/rollout/rollout.h"
#include "train/run/config.h"

namespace retort::train {

// Of what a term's values are. Those of rounds enter the reward by their mean, so that schedules of different length
// compare; their sum is a metric of its own.
enum class TermOf { rollout, round };

struct RewardTerm {
    std::string name;   // of its metric, "op/reward/NAME" or "op/reward/NAME_mean" and "NAME_sum": a-z, 0-9 and _
    double weight = 1;  // 0: the metric alone
    TermOf of = TermOf::rollout;
    // From a finished rollout alone, the same each time: its problem, result with rounds, drafts and verdicts, and
    // calls with texts and tokens. One value, or one a round (none: 0). Any thread, one at a time. What it throws, a
    // value that is no number and another number of values are failures: see above.
    std::function<std::vector<double>(const Rollout&)> values;
};

// What a term came to in one rollout.
struct TermValue {
    double sum = 0;
    std::size_t count = 0;
    double mean() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
};

struct Reward {
    double value = 0;
    bool right = false;
    std::vector<TermValue> terms;  // one a term of the rule
};

// Why a rollout has no reward.
struct NoReward {
    std::string failed_term;  // what the term said, its name before it; empty: the answer was not judged
};

class RewardRule {
  public:
    // `more`: after the terms of the settings, which are format, length and rounds.
    RewardRule(const RewardSettings& settings = {}, std::vector<RewardTerm> more = {});

    const std::vector<RewardTerm>& terms() const { return terms_; }

    // Never throws for what a term does.
    std::variant<Reward, NoReward> of(const Rollout& rollout) const;

  private:
    double correct_;
    double wrong_;
    std::vector<RewardTerm> terms_;
};

// What is wrong with terms that are to be added: a name that is taken or cannot be a metric's, a weight that is no
// number, no function.
std::optional<Error> fault_of(const std::vector<RewardTerm>& more);

}  // namespace retort::train

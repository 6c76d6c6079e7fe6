// Rollouts become what the net learns from: rewards, advantages, mini-batches of packed calls. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "train/objective/objective.h"
#include "train/rollout/rollout.h"
#include "train/run/reward.h"

namespace retort::train {

// The rollouts of one arm in one step.
struct ArmRollouts {
    GradientOf gradient = GradientOf::refine;
    std::vector<Rollout> rollouts;               // in the order of problems
    std::vector<std::optional<Reward>> rewards;  // one a rollout
    std::vector<double> advantages;              // likewise; 0 where there is no reward
    std::vector<std::uint8_t> kept;              // 0: its prompt was dropped, it has no reward, or it was too easy
    std::size_t prompts = 0;                     // that were tried
    std::size_t dropped = 0;                     // of them, whose rewards were all alike
    std::size_t majority_right = 0;              // rollouts whose drafts a vote would have made right
    std::vector<std::string> failed_terms;       // of each rollout without a reward for it: what the term said
    std::optional<double> pooled;  // the part of the first drafts that came from a pool, where there is one
};

// `skip_majority_right`: a rollout is too easy to learn from where the answer that most drafts of its last round give
// (ties by the first draft) is right; its prompt's advantages are those among the others.
ArmRollouts judge_rollouts(std::vector<Rollout> rollouts, GradientOf gradient, const RewardRule& reward,
                           AdvantageScale scale, bool skip_majority_right = false);

// What one update learns from. Vectors with one entry a wanted token are in the order of the pack.
struct MiniBatch {
    Pack pack;
    std::vector<RolloutTerm> terms;
    std::vector<std::size_t> term_of;     // a wanted token's rollout, in `terms`
    std::vector<float> sampled_logprobs;  // of each wanted token, when it was sampled
};

// The step's prompts, arm by arm, shuffled by the seed and dealt into `updates` batches as even as can be.
std::vector<MiniBatch> make_batches(std::span<const ArmRollouts> arms, std::size_t updates, std::uint64_t seed);

}  // namespace retort::train

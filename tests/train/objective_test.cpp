#include "train/objective/objective.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>

namespace retort::train {
namespace {

constexpr double kTiny = 1e-12;

TEST(Advantages, AreRewardsLessTheirMeanByTheGroupsOwnDeviation) {
    const auto found = advantages({{1, -1, -1, -1}}, AdvantageScale::group);
    EXPECT_FALSE(found[0].dropped);
    EXPECT_NEAR(found[0].values[0], 1.5 / std::sqrt(0.75), kTiny);
    EXPECT_NEAR(found[0].values[1], -0.5 / std::sqrt(0.75), kTiny);
}

TEST(Advantages, OfTheBatchShareOneDeviationOverThePromptsThatAreKept) {
    const auto found = advantages({{1, -1}, {1, 1}, {1, -1, -1, -1}}, AdvantageScale::batch);
    const double deviation = std::sqrt((1 + 1 + 2.25 + 3 * 0.25) / 6);
    EXPECT_NEAR(found[0].values[0], 1 / deviation, kTiny);
    EXPECT_NEAR(found[2].values[0], 1.5 / deviation, kTiny);
}

TEST(Advantages, APromptWhoseRewardsAreAllAlikeIsDropped) {
    for (const AdvantageScale scale : {AdvantageScale::group, AdvantageScale::batch, AdvantageScale::none}) {
        const auto found = advantages({{1, 1, 1}, {-1, -1}, {}}, scale);
        for (const PromptAdvantages& prompt : found) {
            EXPECT_TRUE(prompt.dropped);
            for (const double value : prompt.values) EXPECT_EQ(value, 0);
        }
    }
}

RC_GTEST_PROP(Advantages, AddUpToNothingForEachPrompt, (std::vector<std::vector<std::uint8_t>> raw)) {
    std::vector<std::vector<double>> rewards;
    for (const auto& prompt : raw) rewards.emplace_back(prompt.begin(), prompt.end());
    for (const AdvantageScale scale : {AdvantageScale::group, AdvantageScale::batch, AdvantageScale::none})
        for (const PromptAdvantages& prompt : advantages(rewards, scale))
            RC_ASSERT(std::abs(std::accumulate(prompt.values.begin(), prompt.values.end(), 0.0)) < 1e-9 * 256 * 64);
}

TEST(Cispo, ClipsTheRatioAtAbsoluteBoundsWhateverTheAdvantagesSign) {
    const ObjectiveSettings settings{.is_clip_min = 0.5, .is_clip_max = 5};
    for (const double advantage : {1.0, -1.0}) {
        EXPECT_EQ(ratio_weight(7, advantage, settings), 5);
        EXPECT_EQ(ratio_weight(0.25, advantage, settings), 0.5);
        EXPECT_EQ(ratio_weight(1.25, advantage, settings), 1.25);
    }
}

TEST(Cispo, HasNoLowerBoundByDefault) {
    EXPECT_EQ(ratio_weight(1e-6, 1, {}), 1e-6);
}

TEST(Clip, StopsTheGradientOnTheSideWhereTheBoundBinds) {
    const ObjectiveSettings settings{.surrogate = Surrogate::clip, .is_clip_min = 0.8, .is_clip_max = 1.28};
    EXPECT_EQ(ratio_weight(1.5, 1, settings), 0);
    EXPECT_EQ(ratio_weight(1.5, -1, settings), 1.5);
    EXPECT_EQ(ratio_weight(0.5, -1, settings), 0);
    EXPECT_EQ(ratio_weight(0.5, 1, settings), 0.5);
    EXPECT_EQ(ratio_weight(1.1, 1, settings), 1.1);
}

TEST(Reinforce, TakesNoNoticeOfTheRatio) {
    EXPECT_EQ(ratio_weight(9, 1, {.surrogate = Surrogate::reinforce}), 1);
}

TEST(RolloutWeights, OfPromptsDivideByThePromptsTokensAndThePrompts) {
    // Two prompts with 30 and 5 tokens.
    const std::vector<RolloutTerm> rollouts{{0, 0, 1.0, true, 10}, {0, 0, -1.0, false, 20}, {0, 1, 2.0, true, 5}};
    const auto weights = rollout_weights(rollouts, {1}, {.alpha = 0.1});
    EXPECT_NEAR(weights[0].policy, 1.0 / 30 / 2, kTiny);
    EXPECT_NEAR(weights[1].policy, -1.0 / 30 / 2, kTiny);
    EXPECT_NEAR(weights[2].policy, 2.0 / 5 / 2, kTiny);
    EXPECT_NEAR(weights[0].sft, 0.1 / 2 / 10, kTiny);
    EXPECT_EQ(weights[1].sft, 0);
    EXPECT_NEAR(weights[2].sft, 0.1 / 2 / 5, kTiny);
}

TEST(RolloutWeights, OfABatchDivideByAllTokensOfTheArm) {
    const std::vector<RolloutTerm> rollouts{{0, 0, 1.0, true, 10}, {0, 1, -1.0, false, 30}, {1, 0, 1.0, true, 7}};
    const auto weights = rollout_weights(rollouts, {0.5, 0.5}, {.aggregation = Aggregation::batch_token, .alpha = 0});
    EXPECT_NEAR(weights[0].policy, 0.5 / 40, kTiny);
    EXPECT_NEAR(weights[1].policy, -0.5 / 40, kTiny);
    EXPECT_NEAR(weights[2].policy, 0.5 / 7, kTiny);
}

TEST(RolloutWeights, WithoutAPositiveRolloutThereIsNoSft) {
    for (const RolloutWeights& weights : rollout_weights({{0, 0, 0.5, false, 3}, {0, 0, -0.5, false, 3}}, {1}, {}))
        EXPECT_EQ(weights.sft, 0);
}

TEST(RolloutWeights, ARolloutWithoutSampledTokensHasNone) {
    const auto weights = rollout_weights({{0, 0, 1.0, true, 0}, {0, 0, -1.0, false, 4}}, {1}, {});
    EXPECT_EQ(weights[0].policy, 0);
    EXPECT_EQ(weights[0].sft, 0);
    EXPECT_NEAR(weights[1].policy, -0.25, kTiny);
}

TEST(RolloutWeights, SharesScaleArmsAndAnEmptyArmAddsNothing) {
    const std::vector<RolloutTerm> rollouts{{1, 0, 1.0, true, 2}};
    const auto weights = rollout_weights(rollouts, {0.75, 0.25}, {});
    EXPECT_NEAR(weights[0].policy, 0.25 / 2, kTiny);
}

// J of one arm does not depend on how long its rollouts are: it is a mean.
RC_GTEST_PROP(RolloutWeights, OfEachPromptAddUpToOneShareWhenAllAdvantagesAreOne, (std::vector<std::uint8_t> lengths)) {
    std::vector<RolloutTerm> rollouts;
    for (std::size_t i = 0; i < lengths.size(); ++i)
        rollouts.push_back({0, i / 3, 1.0, false, 1 + std::int64_t{lengths[i]}});
    for (const Aggregation aggregation : {Aggregation::prompt, Aggregation::batch_token}) {
        const auto weights = rollout_weights(rollouts, {0.5}, {.aggregation = aggregation});
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i)
            sum += weights[i].policy * static_cast<double>(rollouts[i].tokens);
        RC_ASSERT(rollouts.empty() || std::abs(sum - 0.5) < 1e-9);
    }
}

TEST(TokenWeight, IsTheSurrogatesWeightAndTheSftsAndCountsWhatWasClamped) {
    const ObjectiveSettings settings{.is_clip_max = 4};
    RatioStatistics seen;
    EXPECT_NEAR(token_weight(std::log(0.5), std::log(0.25), 1, {0.1, 0.01}, settings, seen), 0.2 + 0.01, kTiny);
    EXPECT_NEAR(token_weight(std::log(0.9), std::log(0.1), 1, {0.1, 0}, settings, seen), 0.4, kTiny);
    EXPECT_EQ(seen.tokens, 2);
    EXPECT_EQ(seen.clamped, 1);
    EXPECT_NEAR(seen.largest, 9, 1e-9);
    EXPECT_NEAR(seen.mean(), 5.5, 1e-9);
}

TEST(ObjectiveNames, AreReadAsTheyAreWritten) {
    EXPECT_EQ(surrogate_from(name(Surrogate::clip)), Surrogate::clip);
    EXPECT_EQ(advantage_scale_from(name(AdvantageScale::group)), AdvantageScale::group);
    EXPECT_EQ(aggregation_from(name(Aggregation::batch_token)), Aggregation::batch_token);
    EXPECT_EQ(surrogate_from("ppo"), std::nullopt);
}

}  // namespace
}  // namespace retort::train

#include "train/run/rl.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "train/trainee.h"

namespace retort::train::test {
namespace {

using ::testing::Each;
using ::testing::FloatNear;
using ::testing::Pointwise;

const std::vector<double> kShares{1};

// Rollouts of the trainee, every other one right.
std::vector<Rollout> some_rollouts(Trainee& trainee) {
    const Schedule schedule = parse_operator("pdr:2", {DistillerKind::random, 2, 64, 12, 6}).value();
    std::vector<Rollout> out = trainee.roll_out(trainee.problems(3), schedule, 1, 4);
    for (Rollout& one : out) {
        one.result.error.reset();
        one.result.answer = "1";
        one.result.verdict = one.key.sample % 2 == 0 ? Verdict::equal : Verdict::different;
    }
    return out;
}

std::vector<MiniBatch> batches_of(std::vector<Rollout> rollouts, std::size_t updates = 1) {
    const std::vector<ArmRollouts> arms{
        judge_rollouts(std::move(rollouts), GradientOf::all, {}, AdvantageScale::batch)};
    return make_batches(arms, updates, 1);
}

// With beta1 = 0 AdamW's first moment after a step is the gradient; at a learning rate of 0 nothing moves.
std::vector<float> gradient_of(Trainee& trainee, const std::vector<MiniBatch>& batches) {
    learn(trainee.net, batches, kShares, {}, 1, {.lr = 0, .beta1 = 0, .clip_norm = 0});
    return trainee.net.optimiser().first;
}

float largest(const std::vector<float>& values) {
    float out = 0;
    for (const float value : values) out = std::max(out, std::abs(value));
    return out;
}

TEST(Learn, TakesNoGradientFromInjectedTokens) {
    Trainee trainee;
    std::vector<Rollout> rollouts = some_rollouts(trainee);
    const std::vector<float> expected = gradient_of(trainee, batches_of(rollouts));
    ASSERT_GT(largest(expected), 1e-3F);
    int changed = 0;
    for (Rollout& one : rollouts)
        for (auto& [place, call] : one.calls)
            for (std::size_t i = 0; i < call.ids.size(); ++i)
                if (call.forced[i] != 0) call.logprobs[i] = -3 - static_cast<float>(++changed);
    ASSERT_GT(changed, 10);
    EXPECT_EQ(gradient_of(trainee, batches_of(rollouts)), expected);
    // Nothing is conditioned on what stands at the end.
    for (Rollout& one : rollouts)
        for (auto& [place, call] : one.calls) {
            call.ids.insert(call.ids.end(), {1, 2, 3});
            call.forced.insert(call.forced.end(), {1, 1, 1});
            call.logprobs.insert(call.logprobs.end(), {-9, -9, -9});
        }
    const float tolerance = 1e-5F * largest(expected);
    EXPECT_THAT(gradient_of(trainee, batches_of(rollouts)), Pointwise(FloatNear(tolerance), expected));
}

TEST(Learn, TakesNoGradientFromPrompts) {
    Trainee trainee;
    std::vector<Rollout> rollouts = some_rollouts(trainee);
    for (Rollout& one : rollouts)
        for (auto& [place, call] : one.calls) std::fill(call.forced.begin(), call.forced.end(), 1);
    EXPECT_THAT(gradient_of(trainee, batches_of(rollouts)), Each(0));
}

TEST(Learn, TheOrderOfRolloutsChangesNothing) {
    Trainee trainee;
    std::vector<Rollout> rollouts = some_rollouts(trainee);
    const std::vector<float> expected = gradient_of(trainee, batches_of(rollouts));
    std::reverse(rollouts.begin(), rollouts.end());
    const float tolerance = 1e-5F * largest(expected);
    EXPECT_THAT(gradient_of(trainee, batches_of(rollouts)), Pointwise(FloatNear(tolerance), expected));
}

TEST(Learn, MakesRightAnswersLikelierAndWrongOnesLess) {
    Trainee trainee;
    const std::vector<MiniBatch> batches = batches_of(some_rollouts(trainee));
    const auto value = [&] {
        const TokenScores scores = trainee.net.score(batches[0].pack);
        double out = 0;
        for (std::size_t i = 0; i < scores.logprobs.size(); ++i)
            out += batches[0].terms[batches[0].term_of[i]].advantage * static_cast<double>(scores.logprobs[i]);
        return out;
    };
    const double before = value();
    const RlUpdates updates = learn(trainee.net, batches, kShares, {}, 1, {.lr = 1e-4});
    EXPECT_EQ(updates.updates, 1);
    EXPECT_LT(updates.difference.largest, 1e-5);
    EXPECT_NEAR(updates.ratios.mean(), 1, 1e-5);
    EXPECT_GT(value(), before);
}

TEST(Learn, RecomputedLogProbabilitiesAreTheNetsAndTellHowFarTheSamplersWere) {
    Trainee trainee;
    std::vector<MiniBatch> batches = batches_of(some_rollouts(trainee));
    for (MiniBatch& batch : batches)
        for (float& logprob : batch.sampled_logprobs) logprob -= 0.5F;
    const LogprobDifference difference = recompute_logprobs(trainee.net, batches, 1);
    EXPECT_NEAR(difference.mean, 0.5, 1e-5);
    EXPECT_NEAR(difference.largest, 0.5, 1e-5);
    const RlUpdates updates = learn(trainee.net, batches, kShares, {}, 1, {.lr = 1e-4});
    EXPECT_NEAR(updates.ratios.mean(), 1, 1e-6);
}

TEST(Learn, AGradientThatIsNoNumberEndsTheStepAndChangesNothing) {
    Trainee trainee;
    std::vector<Rollout> rollouts = some_rollouts(trainee);
    std::vector<MiniBatch> batches = batches_of(rollouts, 3);
    ASSERT_EQ(batches.size(), 3U);
    batches[0].sampled_logprobs[0] = std::numeric_limits<float>::quiet_NaN();
    const auto before = trainee.net.weights();
    const RlUpdates updates = learn(trainee.net, batches, kShares, {}, 1, {});
    EXPECT_FALSE(std::isfinite(updates.grad_norm));
    EXPECT_EQ(updates.updates, 1);
    EXPECT_EQ(trainee.net.optimiser().steps, 0);
    const auto after = trainee.net.weights();
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i].values, before[i].values);
    for (const NamedTensor& tensor : trainee.net.gradients()) EXPECT_THAT(tensor.values, Each(0)) << tensor.name;
}

TEST(Learn, SaysAtWhichBatchTheNetThrew) {
    Trainee trainee;
    std::vector<MiniBatch> batches = batches_of(some_rollouts(trainee), 3);
    ASSERT_EQ(batches.size(), 3U);
    batches[1].pack.wanted[0] = 1;  // a sequence's first token has no log-probability
    try {
        learn(trainee.net, batches, kShares, {}, 1, {});
        FAIL() << "it did not throw";
    } catch (const UpdateFailed& failed) {
        EXPECT_EQ(failed.batch, 1U);
        EXPECT_THROW(std::rethrow_exception(failed.cause), std::invalid_argument);
    }
}

TEST(Learn, WithoutABatchNothingHappens) {
    Trainee trainee;
    const RlUpdates updates = learn(trainee.net, {}, kShares, {}, 1, {});
    EXPECT_EQ(updates.updates, 0);
    EXPECT_EQ(updates.grad_norm, 0);
}

}  // namespace
}  // namespace retort::train::test

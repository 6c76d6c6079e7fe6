#include "eval/bootstrap.h"

#include <gtest/gtest.h>

#include "stats_support.h"

namespace retort::test {
namespace {

std::vector<Share> drawn_problems(std::size_t problems, std::size_t samples, std::uint64_t seed) {
    Chance chance(seed);
    std::vector<Share> out;
    for (std::size_t i = 0; i < problems; ++i) {
        const double skill = chance.beta(1.2, 1.0);
        double right = 0;
        for (const bool one : chance.flips(samples, skill)) right += one ? 1 : 0;
        out.push_back({right / static_cast<double>(samples), 1});
    }
    return out;
}

TEST(Bootstrap, NoProblemsGiveNoFigure) {
    EXPECT_FALSE(ratio({}));
    EXPECT_FALSE(ratio_closed_form({}));
    const std::vector<Share> nothing(5, Share{0, 0});
    EXPECT_FALSE(ratio(nothing));
    EXPECT_FALSE(ratio_closed_form(nothing));
}

TEST(Bootstrap, OneProblemGivesNoInterval) {
    const std::vector<Share> one{{0.5, 1}};
    EXPECT_EQ(ratio(one), (Estimate{0.5, std::nullopt, 1}));
    EXPECT_EQ(ratio_closed_form(one), (Estimate{0.5, std::nullopt, 1}));
}

TEST(Bootstrap, AllWrongLeavesRoomAboveAndNoneBelow) {
    const std::vector<Share> wrong(30, Share{0, 1});
    const auto found = ratio(wrong);
    ASSERT_TRUE(found && found->ci);
    EXPECT_EQ(found->ci->lo, 0);
    EXPECT_NEAR(found->ci->hi, 0.1157, 1e-4);  // Clopper and Pearson for 0 of 30
    EXPECT_FALSE(ratio_closed_form(wrong)->ci);
}

TEST(Bootstrap, WithoutDifferencesBetweenProblemsOnlyBoundsGiveAnInterval) {
    const std::vector<Share> same(10, Share{0.5, 1});
    EXPECT_FALSE(ratio(same, std::nullopt)->ci);
    const auto found = ratio(same);
    ASSERT_TRUE(found && found->ci);
    EXPECT_LT(found->ci->lo, 0.4);
    EXPECT_GT(found->ci->hi, 0.6);
    const std::vector<Share> no_difference(10, Share{0, 1});
    const auto difference = ratio(no_difference, kDifferenceBounds);
    EXPECT_LT(difference->ci->lo, -0.2);
    EXPECT_GT(difference->ci->hi, 0.2);
}

TEST(Bootstrap, ProblemsWithoutAShareAreLeftOut) {
    std::vector<Share> shares = drawn_problems(20, 8, 3);
    const auto before = ratio(shares);
    shares.insert(shares.begin() + 5, Share{0, 0});
    EXPECT_EQ(ratio(shares), before);
}

TEST(Bootstrap, SameSeedSameIntervalAnotherSeedNearlyTheSame) {
    const auto shares = drawn_problems(40, 8, 4);
    BootstrapOptions options;
    const auto first = ratio(shares, kShareBounds, options);
    EXPECT_EQ(ratio(shares, kShareBounds, options), first);
    options.seed = 2;
    const auto second = ratio(shares, kShareBounds, options);
    EXPECT_NE(second, first);
    EXPECT_NEAR(second->ci->lo, first->ci->lo, 0.02);
    EXPECT_NEAR(second->ci->hi, first->ci->hi, 0.02);
}

TEST(Bootstrap, AgreesWithTheClosedForm) {
    for (const std::size_t problems : {20U, 60U, 300U}) {
        const auto shares = drawn_problems(problems, 16, problems);
        const auto drawn = ratio(shares);
        const auto closed = ratio_closed_form(shares);
        const double width = closed->ci->hi - closed->ci->lo;
        EXPECT_NEAR(drawn->ci->lo, closed->ci->lo, 0.1 * width) << problems;
        EXPECT_NEAR(drawn->ci->hi, closed->ci->hi, 0.1 * width) << problems;
    }
}

TEST(Bootstrap, IntervalsStayWithinTheirBounds) {
    std::vector<Share> shares(12, Share{1, 1});
    shares.front().sum = 0.25;
    const auto found = ratio(shares);
    ASSERT_TRUE(found && found->ci);
    EXPECT_LE(found->ci->lo, found->value);
    EXPECT_LE(found->value, found->ci->hi);
    EXPECT_LE(found->ci->hi, 1);
}

TEST(Bootstrap, ExpandedLevelsAreWider) {
    const auto shares = drawn_problems(10, 8, 9);
    BootstrapOptions plain;
    plain.small_sample = false;
    const auto wide = ratio(shares)->ci;
    const auto narrow = ratio(shares, kShareBounds, plain)->ci;
    EXPECT_GT(wide->hi - wide->lo, narrow->hi - narrow->lo);
}

TEST(Bootstrap, AFigureThatManyDrawsLeaveUndefinedHasNoInterval) {
    // One problem of ten has a denominator: a third of the draws miss it.
    Columns columns{2, {}};
    for (int i = 0; i < 10; ++i) columns.values.insert(columns.values.end(), {i == 0 ? 1.0 : 0.0, i == 0 ? 2.0 : 0.0});
    const Figures divide = [](std::span<const double> sums, std::span<double> out) { out[0] = sums[0] / sums[1]; };
    const auto found = bootstrap(columns, 1, divide, kShareBounds).front();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->value, 0.5);
    EXPECT_FALSE(found->ci);
}

TEST(Bootstrap, DrawsHoldAsManyProblemsAsThereAre) {
    Columns columns{1, std::vector<double>(7, 1.0)};
    int draws = 0;
    for_each_draw(columns, {}, [&](std::span<const double> sums) {
        ++draws;
        EXPECT_EQ(sums[0], 7);
    });
    EXPECT_EQ(draws, BootstrapOptions{}.draws);
}

}  // namespace
}  // namespace retort::test

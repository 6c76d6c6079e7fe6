#include "eval/transitions.h"

#include <gtest/gtest.h>

#include "signatures_support.h"

namespace retort::test {
namespace {

TEST(Transitions, CountTheFourWaysByMajority) {
    std::vector<SampleFacts> all;
    all.push_back(facts(sample("a", 0, {round_of(1, {"7", "7", "8"}), round_of(2, {"7"})}, "7")));
    all.push_back(facts(sample("a", 1, {round_of(1, {"7", "7", "8"}), round_of(2, {"8"})}, "7")));
    all.push_back(facts(sample("b", 0, {round_of(1, {"8", "8", "7"}), round_of(2, {"7"})}, "8")));
    all.push_back(facts(sample("b", 1, {round_of(1, {"8"})}, "8")));
    const auto found = transitions(all);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].from, 1);
    EXPECT_EQ(found[0].to, 0);  // one sample stopped after round 1
    EXPECT_EQ(found[0].wrong_wrong, 1U);
    EXPECT_EQ(found[1].to, 2);
    EXPECT_EQ(found[1].right_right, 1U);
    EXPECT_EQ(found[1].right_wrong, 1U);
    EXPECT_EQ(found[1].wrong_right, 1U);
    EXPECT_EQ(found[1].lost->value, 0.5);
    EXPECT_EQ(found[1].gained->value, 1);
    EXPECT_EQ(found[2].from, 2);
    EXPECT_EQ(found[2].right_right, 1U);
    EXPECT_EQ(found[2].right_wrong, 1U);
    EXPECT_EQ(found[2].wrong_right, 1U);
}

TEST(Transitions, NoSamplesNoSteps) {
    EXPECT_TRUE(transitions({}).empty());
    EXPECT_TRUE(round_statistics({}).empty());
}

TEST(RoundStatistics, CancelledDraftsSayNothingFailedOnesAreWrong) {
    const std::vector<SampleFacts> all{facts(sample("a", 0, {round_of(1, {"7", "x", "~", "-"})}, "7"))};
    const auto found = round_statistics(all);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0].drafts->value, 1.0 / 3, 1e-12);
    EXPECT_EQ(found[0].majority->value, 1);
    EXPECT_EQ(found[0].any->value, 1);
    EXPECT_NEAR(found[0].answered, 1.0 / 3, 1e-12);
    EXPECT_NEAR(found[0].cut, 1.0 / 3, 1e-12);
    EXPECT_FALSE(found[0].answers);  // one answered draft has nothing to differ from
}

TEST(RoundStatistics, DiversityIsBetweenOneInNAndOne) {
    const auto same = round_statistics(std::vector{facts(sample("a", 0, {round_of(1, {"7", "7", "7", "7"})}, "7"))});
    EXPECT_EQ(same[0].answers->value, 0.25);
    EXPECT_EQ(same[0].agreement->value, 1);
    const auto all_differ =
        round_statistics(std::vector{facts(sample("a", 0, {round_of(1, {"7", "8", "9", "1"})}, "7"))});
    EXPECT_EQ(all_differ[0].answers->value, 1);
    EXPECT_EQ(all_differ[0].agreement->value, 0);
    const auto half = round_statistics(std::vector{facts(sample("a", 0, {round_of(1, {"7", "7", "9"})}, "7"))});
    EXPECT_NEAR(half[0].agreement->value, 1.0 / 3, 1e-12);
}

TEST(RoundStatistics, MeansOfWorkspaces) {
    RoundRecord round = round_of(1, {"7", "8"});
    round.workspaces = {sources_of(1, {0}, {"r2.d0"}, 10), sources_of(1, {1}, {"r2.d1"}, 30)};
    round.workspaces[1].truncated = true;
    const auto found = round_statistics(std::vector{facts(sample("a", 0, {round, round_of(2, {"7", "7"})}, "7"))});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].workspace_tokens, 20);
    EXPECT_EQ(found[0].workspace_cut, 0.5);
    EXPECT_EQ(found[1].workspace_tokens, 0);
}

}  // namespace
}  // namespace retort::test

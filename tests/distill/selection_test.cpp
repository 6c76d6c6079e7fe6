#include "distill/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

namespace retort::test {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(Selection, ReadsWhatFollowsTheLastMarker) {
    EXPECT_THAT(parse_selection("SELECT: 1, 2 is the form.\nI take\nSELECT: 3, 1\n", 2, 4),
                Optional(ElementsAre(2, 0)));
}

TEST(Selection, ReadsTheLastLineWithoutAMarker) {
    EXPECT_THAT(parse_selection("They differ in step 2.\nThe best are 4 and 1.", 2, 4), Optional(ElementsAre(3, 0)));
}

TEST(Shuffled, IsEveryIndexOnceInAnOrderThatTheSeedDecides) {
    EXPECT_THAT(shuffled(5, 1), testing::UnorderedElementsAre(0, 1, 2, 3, 4));
    EXPECT_EQ(shuffled(5, 1), shuffled(5, 1));
    std::map<std::vector<int>, int> seen;
    for (std::uint64_t seed = 0; seed < 6000; ++seed) ++seen[shuffled(3, seed)];
    EXPECT_EQ(seen.size(), 6U);
    for (const auto& [order, count] : seen) EXPECT_NEAR(count, 1000, 150);
}

TEST(Selection, MayNameFewerThanKButNotMore) {
    EXPECT_THAT(parse_selection("SELECT: 2", 3, 4), Optional(ElementsAre(1)));
    EXPECT_EQ(parse_selection("SELECT: 1, 2, 3", 2, 4), std::nullopt);
}

TEST(Selection, CountsANumberThatIsNamedTwiceOnce) {
    EXPECT_THAT(parse_selection("SELECT: 2, 2", 2, 4), Optional(ElementsAre(1)));
}

TEST(Selection, IsNoneWhenANumberIsNoCandidate) {
    for (const std::string reply :
         {"SELECT: 0", "SELECT: 5", "SELECT: all", "", "SELECT: 99999999999999999999", "SELECT:"})
        EXPECT_EQ(parse_selection(reply, 2, 4), std::nullopt) << reply;
}

RC_GTEST_PROP(Selection, OfAnyBytesIsNoneOrValid, (const std::string& reply)) {
    const auto chosen = parse_selection(reply, 3, 5);
    if (!chosen) return;
    RC_ASSERT(!chosen->empty() && chosen->size() <= 3U);
    for (const int index : *chosen) RC_ASSERT(index >= 0 && index < 5);
}

RC_GTEST_PROP(RandomK, GivesDifferentIndicesInOrderAndTheSameForTheSameSeed, (std::uint64_t seed)) {
    const int n = *rc::gen::inRange(0, 20);
    const int k = *rc::gen::inRange(0, 20);
    const std::vector<int> drawn = random_k(k, n, seed);
    RC_ASSERT(drawn.size() == static_cast<std::size_t>(std::min(k, n)));
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        RC_ASSERT(drawn[i] >= 0 && drawn[i] < n);
        if (i > 0) RC_ASSERT(drawn[i - 1] < drawn[i]);
    }
    RC_ASSERT(drawn == random_k(k, n, seed));
}

TEST(RandomK, IsUniformOverSubsets) {
    std::map<std::vector<int>, int> seen;
    for (std::uint64_t seed = 0; seed < 6000; ++seed) ++seen[random_k(2, 4, seed)];
    EXPECT_EQ(seen.size(), 6U);
    for (const auto& [subset, count] : seen) EXPECT_NEAR(count, 1000, 150);
}

TEST(RandomK, IsTheSameOnEveryMachine) {
    EXPECT_THAT(random_k(4, 16, 42), ElementsAre(1, 2, 5, 6));
}

}  // namespace
}  // namespace retort::test

#include "base/place.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace retort::test {
namespace {

Place place(int round, int draft, CallRole role, int turn = 0) {
    return {"p", 0, round, draft, role, turn};
}

TEST(Place, PathsAreThoseThatPeopleRead) {
    EXPECT_EQ(place(1, 0, CallRole::draft).path(), "r1.d0");
    EXPECT_EQ(place(1, 0, CallRole::draft, 1).path(), "r1.d0.t1");
    EXPECT_EQ(place(1, -1, CallRole::summary).path(), "r1.summary");
    EXPECT_EQ(place(2, 3, CallRole::select).path(), "r2.select.d3");
    EXPECT_EQ(place(2, 3, CallRole::select, 1).path(), "r2.select.d3.t1");
    EXPECT_EQ(place(4, -1, CallRole::final).path(), "final");
}

// These may never change: runs are resumed and compared by them.
TEST(Seed, IsTheSameOnEveryMachineAndInEveryVersion) {
    EXPECT_EQ(call_seed(0, place(1, 0, CallRole::draft)), 1501750300U);
    EXPECT_EQ(call_seed(42, {"aime-1", 3, 2, 7, CallRole::select, 1}), 1712831404U);
    EXPECT_EQ(choice_seed(42, {"aime-1", 3, 2, 7, CallRole::select, 1}), 17164120406931315144U);
}

RC_GTEST_PROP(Seed, FitsIn31Bits, (std::uint64_t run, const std::string& problem, int sample)) {
    RC_ASSERT(call_seed(run, {problem, sample, 1, 0, CallRole::draft, 0}) <= 0x7fffffffU);
}

TEST(Seed, DependsOnEveryPartOfThePlace) {
    const Place base{"p", 1, 2, 3, CallRole::draft, 4};
    std::vector<Place> others(6, base);
    others[0].problem = "q";
    others[1].sample = 2;
    others[2].round = 3;
    others[3].draft = 4;
    others[4].role = CallRole::judge;
    others[5].turn = 5;
    for (const Place& other : others) {
        EXPECT_NE(call_seed(1, base), call_seed(1, other));
        EXPECT_NE(choice_seed(1, base), choice_seed(1, other));
    }
    EXPECT_NE(call_seed(1, base), call_seed(2, base));
    EXPECT_NE(choice_seed(1, base), call_seed(1, base));
}

// Parts must not run into one another: sample 1, round 12 is not sample 11, round 2.
TEST(Seed, KeepsNeighbouringNumbersApart) {
    EXPECT_NE(call_seed(1, {"p", 1, 12, 0, CallRole::draft, 0}), call_seed(1, {"p", 11, 2, 0, CallRole::draft, 0}));
    EXPECT_NE(call_seed(1, {"p1", 2, 0, 0, CallRole::draft, 0}), call_seed(1, {"p", 12, 0, 0, CallRole::draft, 0}));
}

TEST(CallRole, NamesGoThereAndBack) {
    for (const CallRole role :
         {CallRole::draft, CallRole::summary, CallRole::select, CallRole::analysis, CallRole::judge, CallRole::final})
        EXPECT_EQ(call_role(name(role)), role);
    EXPECT_EQ(call_role("other"), std::nullopt);
}

}  // namespace
}  // namespace retort::test

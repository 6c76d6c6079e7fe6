#include "budget/limits.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace retort::test {
namespace {

Stage stage(std::int64_t width, std::int64_t prompt, std::int64_t want) {
    return {width, prompt, {}, want, 16};
}

TEST(Allot, GivesEverythingThatIsWantedWhenNothingBinds) {
    EXPECT_EQ(allot({stage(8, 100, 500), stage(1, 100, 500)}, {}).out, 500);
}

TEST(Allot, SplitsBTotalOverTheCallsOfAStageButNotBSeq) {
    const std::vector<Stage> stages{stage(8, 0, 500), stage(1, 0, 500)};
    EXPECT_EQ(allot(stages, {900, std::nullopt}).out, 450);
    EXPECT_EQ(allot(stages, {std::nullopt, 900}).out, 100);
}

TEST(Allot, SaysTheSmallestThatWouldDo) {
    const Allotment out = allot({stage(8, 100, 500), stage(1, 50, 500)}, {10, 10});
    EXPECT_FALSE(out.enough);
    EXPECT_EQ(out.smallest_seq, 116 + 66);
    EXPECT_EQ(out.smallest_total, 8 * 116 + 66);
}

TEST(Allot, KeepsRoomForCandidatesThatGrowWithTheDivision) {
    Stage summary = stage(1, 10, 200);
    summary.candidates = {4, 0, 200};
    const Allotment out = allot({stage(4, 10, 200), summary, stage(1, 10, 200)}, {700, std::nullopt});
    EXPECT_LE(10 + out.out + 10 + 4 * (out.out + 8) + out.out + 10 + out.out, 700);
    EXPECT_GT(out.out, 80);
}

TEST(DivideLimit, KeepsTheProportionOfThinkingAndAnswer) {
    EXPECT_EQ(divide_limit(1000, 8192, 2048).max_answer, 200);
    EXPECT_EQ(divide_limit(1000, 8192, 2048).think, 800);
    EXPECT_EQ(divide_limit(20000, 8192, 2048).think, 8192);
    EXPECT_EQ(divide_limit(1, 8192, 2048).max_answer, 1);
}

// Plays the stages one after the other, every call as long as it may be, each division made anew.
RC_GTEST_PROP(Allot, NeverLetsTheStagesExceedTheBudgets, ()) {
    std::vector<Stage> stages;
    const int count = *rc::gen::inRange(1, 6);
    for (int i = 0; i < count; ++i)
        stages.push_back(stage(*rc::gen::inRange(1, 9), *rc::gen::inRange(0, 200), *rc::gen::inRange(1, 400)));
    const std::int64_t seq = *rc::gen::inRange(1, 3000);
    const std::int64_t total = *rc::gen::inRange(1, 10000);
    BudgetLeft left{seq, total};
    if (!allot(stages, left).enough) return;
    while (!stages.empty()) {
        const Allotment now = allot(stages, left);
        RC_ASSERT(now.enough);
        const Stage& first = stages.front();
        RC_ASSERT(now.out >= std::min(first.least, first.want) && now.out <= std::max(first.want, first.least));
        *left.seq -= first.prompt + std::min(now.out, first.want);
        *left.total -= first.width * (first.prompt + std::min(now.out, first.want));
        stages.erase(stages.begin());
    }
    RC_ASSERT(*left.seq >= 0);
    RC_ASSERT(*left.total >= 0);
}

RC_GTEST_PROP(DivideLimit, GivesAwayExactlyTheLimit, ()) {
    const std::int64_t think = *rc::gen::inRange(0, 10000);
    const std::int64_t answer = *rc::gen::inRange(1, 5000);
    const std::int64_t out = *rc::gen::inRange<std::int64_t>(1, think + answer + 1);
    const CallLimits limits = divide_limit(out, think, answer);
    RC_ASSERT(limits.think + limits.max_answer == out);
    RC_ASSERT(limits.max_answer >= 1 && limits.max_answer <= answer &&
              limits.think <= std::max<std::int64_t>(think, out));
}

}  // namespace
}  // namespace retort::test

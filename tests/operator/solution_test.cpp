#include "operator/solution.h"

#include <gtest/gtest.h>

namespace retort::test {
namespace {

Completion text(std::string content, Finish finish = Finish::stop, std::string reasoning = {}) {
    Completion out;
    out.text = std::move(content);
    out.reasoning = std::move(reasoning);
    out.finish = finish;
    return out;
}

Solution solution(const Completion& completion, std::int64_t think = 100) {
    return find_solution(completion, "FINAL SOLUTION", think);
}

TEST(Solution, StandsAfterTheLastLineThatBeginsWithTheMarker) {
    const Solution found = solution(text("FINAL SOLUTION will come\nthinking\n**Final Solution:**\n x = 5 \n"));
    EXPECT_TRUE(found.present);
    EXPECT_EQ(found.text, "x = 5");
    EXPECT_EQ(found.reasoning, "FINAL SOLUTION will come\nthinking");
}

TEST(Solution, MayStandOnTheMarkersOwnLine) {
    EXPECT_EQ(solution(text("so\n## FINAL SOLUTION: 42")).text, "42");
}

TEST(Solution, IsTheWholeTextWithoutAMarker) {
    const Solution found = solution(text("It is 42."));
    EXPECT_TRUE(found.present);
    EXPECT_FALSE(found.marked);
    EXPECT_EQ(found.text, "It is 42.");
}

TEST(Solution, IsNoneWhenTheTextWasCutOffBeforeTheMarker) {
    EXPECT_FALSE(solution(text("let me see", Finish::length)).present);
}

TEST(Solution, IsTheCutTextWhenTheModelWasNotToThink) {
    EXPECT_TRUE(solution(text("It is", Finish::length), 0).present);
}

TEST(Solution, ThatWasCutOffAfterTheMarkerCounts) {
    EXPECT_TRUE(solution(text("so\nFINAL SOLUTION\nx =", Finish::length)).present);
}

TEST(Solution, IsTheTextWhereTheModelMarksItsReasoning) {
    EXPECT_EQ(solution(text("42", Finish::length, "hmm")).text, "42");
    EXPECT_FALSE(solution(text("", Finish::length, "hmm")).present);
}

TEST(Solution, IsNoneOfAFailedOrCancelledCall) {
    EXPECT_FALSE(solution(text("FINAL SOLUTION 42", Finish::cancelled)).present);
    EXPECT_FALSE(solution(text("FINAL SOLUTION 42", Finish::error)).present);
}

TEST(Solution, IsNoneOfAnEmptyText) {
    EXPECT_FALSE(solution(text("")).present);
    EXPECT_FALSE(solution(text("FINAL SOLUTION\n  ")).present);
}

}  // namespace
}  // namespace retort::test

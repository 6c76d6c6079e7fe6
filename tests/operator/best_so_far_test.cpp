#include "operator/best_so_far.h"

#include <gtest/gtest.h>

namespace retort {
namespace {

Draft draft(const std::string& solution, const char* answer = nullptr) {
    Draft out;
    out.landed = true;
    out.has_solution = true;
    out.solution = solution;
    if (answer != nullptr) out.answer = answer;
    return out;
}

RoundState round(std::vector<Draft> drafts) {
    RoundState out;
    out.drafts = std::move(drafts);
    return out;
}

TEST(BestSoFar, IsTheFirstDraftWithTheAnswerOfMost) {
    EXPECT_EQ(best_so_far({round({draft("one", "1"), draft("two", "2"), draft("also two", "4/2")})}), "two");
}

TEST(BestSoFar, IsOfTheLatestRoundWithASolution) {
    EXPECT_EQ(best_so_far({round({draft("early", "1"), draft("early", "1")}), round({Draft(), draft("late", "2")}),
                           round({Draft(), Draft()})}),
              "late");
}

TEST(BestSoFar, IsTheFirstSolutionWhereNoneGivesAnAnswer) {
    EXPECT_EQ(best_so_far({round({Draft(), draft("a poem"), draft("another")})}), "a poem");
}

TEST(BestSoFar, IsNoneWithoutASolution) {
    EXPECT_EQ(best_so_far({}), std::nullopt);
    EXPECT_EQ(best_so_far({round({Draft()})}), std::nullopt);
}

}  // namespace
}  // namespace retort

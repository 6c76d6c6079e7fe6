#include "eval/sim_prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TEST(SimPrompt, FindsTheLastBoxOfEachCandidate) {
    EXPECT_THAT(
        sim_candidates("Attempts:\nCandidate 1:\n\\boxed{1} no, \\boxed{\\frac{1}{2}}\n\nCandidate 2:\nnothing here.\n"
                       "\nCandidate 3:\n\\boxed{3}",
                       ""),
        ElementsAre(Optional(std::string("\\frac{1}{2}")), testing::Eq(std::nullopt), Optional(std::string("3"))));
}

TEST(SimPrompt, TakesConclusionsAsTheyStand) {
    EXPECT_THAT(sim_candidates("Notes:\nCandidate 1:\n100\n\nCandidate 2:\nx = 3", ""),
                ElementsAre(Optional(std::string("100")), Optional(std::string("x = 3"))));
}

TEST(SimPrompt, CountsEveryBoxWhereThereAreNoLabels) {
    EXPECT_THAT(sim_candidates("Put it in \\boxed{}.\n- one ends with \\boxed{4}.\n- one ends with \\boxed{5}.", ""),
                ElementsAre(Optional(std::string("4")), Optional(std::string("5"))));
}

TEST(SimPrompt, PassesOverTheProblemsOwnText) {
    EXPECT_THAT(sim_candidates("Problem: what is \\boxed{7}? Notes:", "what is \\boxed{7}?"), IsEmpty());
}

TEST(SimPrompt, IsTotal) {
    for (const char* text :
         {"", "\\boxed{", "\\boxed{{{", "Candidate :", "Candidate 1:", "Candidate 99999999999999999999:"})
        sim_candidates(text, "");
}

TEST(SimPrompt, FindsHowManyMayBeSelected) {
    EXPECT_EQ(sim_selectable("Select the 2 attempts that"), 2);
    EXPECT_EQ(sim_selectable("Select at most 4 of them"), 4);
    EXPECT_EQ(sim_selectable("Select well"), 1);
}

}  // namespace
}  // namespace retort::test

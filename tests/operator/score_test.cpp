#include "operator/score.h"

#include <gtest/gtest.h>

#include <string>

namespace retort::test {
namespace {

TEST(Score, IsReadFromWhatFollowsTheLabel) {
    for (const std::string reply :
         {"SCORE: 85", "I checked it.\nSCORE: 85", "**Score:** 85", "score = 85.", "SCORE: 85/100",
          "Score: 85 out of 100", "SCORE: 85 %", "SCORE: **85**", "SCORE: 85, since 3 of 4 steps hold",
          "`SCORE: 85`\n\nI hope this helps.", "SCORE: 10\nOn second thought:\nSCORE: 85"})
        EXPECT_EQ(parse_score(reply), 85) << reply;
    EXPECT_EQ(parse_score("SCORE: 0"), 0);
    EXPECT_EQ(parse_score("SCORE: 100"), 100);
    EXPECT_EQ(parse_score("SCORE: 99.5"), 99.5);
}

TEST(Score, IsReadFromTheLastLineWithoutALabel) {
    EXPECT_EQ(parse_score("It holds.\n85\n"), 85);
    EXPECT_EQ(parse_score("I would give it 85/100."), 85);
    EXPECT_EQ(parse_score("\\boxed{85}"), 85);
    EXPECT_EQ(parse_score("SCORE: \\boxed{85}"), 85);
}

TEST(Score, IsNoneWhenTheReplyHasNoneOrAnotherScale) {
    for (const std::string reply :
         {"", "SCORE:", "SCORE: high", "SCORE: -5", "SCORE: 101", "SCORE: 8/10", "SCORE: 8 out of 10",
          "step 2 or step 3", "It is right.", "85\nThat is all.", "SCORE: 99999999999999999999999", "-3"})
        EXPECT_EQ(parse_score(reply), std::nullopt) << reply;
}

TEST(Score, OfALongReplyTakesNoTime) {
    std::string reply;
    for (int i = 0; i < 200000; ++i) reply += "score ";
    EXPECT_EQ(parse_score(reply), std::nullopt);
    EXPECT_EQ(parse_score(std::string(1 << 20, ' ') + "SCORE:" + std::string(1 << 20, ' ') + "7"), 7);
}

}  // namespace
}  // namespace retort::test

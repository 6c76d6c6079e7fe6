#include "verify/countdown_question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verify/kind.h"

namespace retort {
namespace {

using testing::ElementsAre;

void expect_asked(const std::string& text) {
    const auto asked = read_countdown_question(text);
    ASSERT_TRUE(asked) << text;
    EXPECT_THAT(asked->numbers, ElementsAre(3, 7, 25, 50)) << text;
    EXPECT_EQ(asked->target, 114) << text;
}

TEST(CountdownQuestion, IsReadFromWordsAndFromPlainLists) {
    for (const char* text : {"Use 3, 7, 25, 50 to make 114", "Use 3, 7, 25 and 50 to make 114.",
                             "Make 114 from 3, 7, 25, 50", "3 7 25 50 114", "3 7 25 50 = 114", "[3, 7, 25, 50] = 114",
                             "3,7,25,50;114", "3 7 25 50: 114", "How do I get to 114 with 3, 7, 25 and 50?",
                             "numbers 3 7 25 50, target 114", "Target: 114. Numbers: 3 7 25 50",
                             "reach the target of 114 with 3 7 25 50", "numbers 3 7 25 50 target = 114"})
        expect_asked(text);
}

TEST(CountdownQuestion, IsReadFromTheWordingOfItsKind) {
    const auto asked = read_countdown_question("3 7 25 50 114");
    ASSERT_TRUE(asked);
    const KindResult made = make_verifier(asked->line());
    ASSERT_EQ(made.error, "");
    expect_asked(made.problem);
    EXPECT_EQ(made.verifier->judge("3*25 + 50 - 7").verdict, Verdict::different);
}

TEST(CountdownQuestion, IsNotReadIntoOtherQuestions) {
    for (const char* text :
         {"", "x", "What color is the sky on a clear day?", "What is 17 * 23?", "3 + 4 = 7", "3 7 = ", "= 3",
          "A train makes 3 stops in 7 hours and reaches 25 towns", "Use 3.5 and 7 to make 114",
          "Use -3 and 7 to make 114", "3 7 25 50 = 114 = 12", "Use 3, 7 and 25", "7 114", "Use 3x and 7 to make 114",
          "Use 99999999999999999999 and 7 to make 114"})
        EXPECT_FALSE(read_countdown_question(text)) << text;
}

}  // namespace
}  // namespace retort

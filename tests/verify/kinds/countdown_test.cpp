#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "verify/kinds/support.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

const std::string kLine = R"({"kind":"countdown","numbers":[30,100,93],"target":23})";

TEST(Countdown, AcceptsAnExpressionThatUsesEachNumberOnce) {
    const auto verifier = verifier_of(kLine);
    for (const std::string& solution : std::vector<std::string>{
             "93 - (100 - 30)",
             "so \\boxed{93 - (100 - 30)}",
             "\\boxed{93-(100-30) = 23}",
             "The answer is $30 + 93 - 100$.",
             "**30 + 93 - 100 = 23**",
             "<answer>(30 - 100) + 93</answer>",
             "1. 100 - 30 = 70\n2. 93 - 70 = 23\n\nSo 93 \xE2\x88\x92 (100 \xE2\x88\x92 30) = 23, which uses 3 "
             "numbers.",
             "23 = 93 - [100 - 30]",
             "93 - \\left(100 - 30\\right)",
             "- 93 - (100 - 30)",
             "`30+93-100`",
             "First 30 + 93 - 100 = 23. Check: 30 + 93 = 123, 123 - 100 = 23",
             "\\boxed{23}, from 30 + 93 - 100",
         })
        EXPECT_EQ(verdict_on(*verifier, solution), Verdict::equal) << solution;
}

TEST(Countdown, ReadsTheSignsOfTeXAndTypography) {
    const auto verifier = verifier_of(R"({"kind":"countdown","numbers":[1,2,6,12],"target":12})");
    for (const std::string& solution : std::vector<std::string>{
             "\\frac{12}{2} \\cdot 1 + 6", "12 \xC3\xB7 2 \xC3\x97 1 + 6", "\\dfrac{12}{2}+6\\times1", "12/2 + 6 x 1",
             "12 \xE2\x88\x95 2 + 6 * 1", "\\frac{12}2(1)+6", "6 \\* 1 + 12 / 2", "12 \\div 2 + 6 \\times 1"})
        EXPECT_EQ(verdict_on(*verifier, solution), Verdict::equal) << solution;
}

TEST(Countdown, IsExact) {
    const auto thirds = verifier_of(R"({"kind":"countdown","numbers":[8,3,8,3],"target":24})");
    EXPECT_EQ(thirds->judge("8 / (3 - 8/3)").verdict, Verdict::equal);
    const auto large = verifier_of(R"({"kind":"countdown","numbers":[999999999999,999999999999,1],"target":1})");
    EXPECT_EQ(large->judge("999999999999 * 1 / 999999999999").verdict, Verdict::equal);
    EXPECT_EQ(large->judge("(999999999999 * 999999999999) - 1").verdict, Verdict::different);
}

TEST(Countdown, SaysWhatIsWrong) {
    const auto verifier = verifier_of(kLine);
    EXPECT_THAT(verifier->judge("93 - 70").reason, HasSubstr("uses 70 beyond what is given, and not 30 and 100"));
    EXPECT_THAT(verifier->judge("100 - 93").reason, HasSubstr("30 not used"));
    EXPECT_THAT(verifier->judge("100 + 93 + 30").reason, HasSubstr("makes 223, not 23"));
    EXPECT_THAT(verifier->judge("30 / (100 - 93 - 7)").reason, HasSubstr("beyond"));
    EXPECT_THAT(verifier->judge("I do not know").reason, HasSubstr("no expression"));
    const auto zero = verifier_of(R"({"kind":"countdown","numbers":[5,3,3],"target":5})");
    EXPECT_THAT(zero->judge("5/(3-3)").reason, HasSubstr("divides by zero"));
}

TEST(Countdown, ShowsOneSpellingAndNeverLooksAtTheTarget) {
    const auto verifier = verifier_of(kLine);
    EXPECT_EQ(verifier->extract("((93))-((100-30))"), "93 - (100 - 30)");
    const std::string two = "30 + 93 - 100 is one way, 30 + 100 - 93 another";
    EXPECT_EQ(verifier->extract(two), "30 + 100 - 93");
    EXPECT_EQ(verifier_of(R"({"kind":"countdown","numbers":[30,100,93],"target":37})")->extract(two), "30 + 100 - 93");
    EXPECT_EQ(verifier->extract("no idea, perhaps 23"), std::nullopt);
    EXPECT_EQ(verifier->extract(""), std::nullopt);
}

TEST(Countdown, GroupsExpressionsOfOneValueFromTheSameNumbers) {
    const auto verifier = verifier_of(kLine);
    EXPECT_TRUE(verifier->same("93 - (100 - 30)", "30+93-100"));
    EXPECT_FALSE(verifier->same("93 - (100 - 30)", "93 + 100 - 30"));
    EXPECT_FALSE(verifier->same("93 - 70", "30+93-100"));
}

TEST(Countdown, OtherOperatorsAndNumbersAreRefused) {
    const auto verifier = verifier_of(R"({"kind":"countdown","numbers":[2,3],"target":8})");
    for (const std::string& solution :
         std::vector<std::string>{"2^3", "2**3", "2 3", "23", "2.0 * 4", "3! + 2", "2 + 3 + 3", "2 * 4"})
        EXPECT_NE(verdict_on(*verifier, solution), Verdict::equal) << solution;
}

TEST(Countdown, MakesTheTextThatTheLineLacks) {
    EXPECT_THAT(make_verifier(kLine).problem, testing::AllOf(HasSubstr("23"), HasSubstr("30, 100 and 93")));
    EXPECT_THAT(
        make_verifier(R"({"kind":"countdown","problem":"30,100,93","numbers":[30,100,93],"target":23})").problem,
        HasSubstr("exactly once"));
    EXPECT_EQ(make_verifier(R"({"kind":"countdown","problem":"Reach 3","numbers":[1,2],"target":3})").problem,
              "Reach 3");
    EXPECT_TRUE(verifier_of(kLine)->can_judge());
    EXPECT_FALSE(verifier_of(kLine)->is_slow());
}

TEST(Countdown, NamesWhatALineLacks) {
    for (const std::string& line : std::vector<std::string>{
             R"({"kind":"countdown","target":3})", R"({"kind":"countdown","numbers":[],"target":3})",
             R"({"kind":"countdown","numbers":[1,"2"],"target":3})",
             R"({"kind":"countdown","numbers":[1,-2],"target":3})",
             R"({"kind":"countdown","numbers":[1.5],"target":3})", R"({"kind":"countdown","numbers":[1,2]})",
             R"({"kind":"countdown","numbers":[1,2],"target":"3"})"})
        EXPECT_THAT(make_verifier(line).error, HasSubstr("expected")) << line;
    EXPECT_THAT(make_verifier(R"({"kind":"tetris"})").error, HasSubstr("countdown"));
}

TEST(Countdown, ACallerMaySayWhatLinesWithoutAKindAre) {
    EXPECT_EQ(make_verifier(R"({"numbers":[1,2],"target":3})", "countdown").verifier->judge("1+2").verdict,
              Verdict::equal);
    EXPECT_NE(make_verifier(R"({"kind":"math","numbers":[1,2]})", "countdown").error, "");
    EXPECT_THAT(make_verifier("{}", "tetris").error, HasSubstr("unknown kind \"tetris\""));
}

TEST(Countdown, HostileTextIsReadInTime) {
    const auto verifier = verifier_of(kLine);
    for (const std::string& piece : std::vector<std::string>{"(", "(1+", "1", "-(", "1+", "\\frac{", "((1)", "1,234",
                                                             ".5", "**", "\xE2\x88", "1/0*", "9)"}) {
        std::string text;
        while (text.size() < (std::size_t{1} << 20)) text += piece;
        const double start = computing_seconds();
        const auto answer = verifier->extract(text);
        if (answer) (void)verifier->judge(*answer);
        (void)verifier->judge(text);
        EXPECT_LT(computing_seconds() - start, 2) << piece;
    }
}

// What a random tree comes to in machine integers, so long as it stays one.
struct Tree {
    std::string text;
    std::int64_t value = 0;
};

RC_GTEST_PROP(Countdown, AgreesWithMachineArithmetic, ()) {
    const auto numbers = *rc::gen::container<std::vector<int>>(*rc::gen::inRange(1, 7), rc::gen::inRange(0, 100));
    std::vector<Tree> trees;
    for (const int number : numbers) trees.push_back({std::to_string(number), number});
    while (trees.size() > 1) {
        const Tree right = trees.back();
        trees.pop_back();
        const Tree left = trees.back();
        trees.pop_back();
        const char op = *rc::gen::element('+', '-', '*');
        const std::int64_t value = op == '+'   ? left.value + right.value
                                   : op == '-' ? left.value - right.value
                                               : left.value * right.value;
        trees.push_back({"(" + left.text + op + right.text + ")", value});
    }
    std::string list;
    for (const int number : numbers) list += (list.empty() ? "" : ",") + std::to_string(number);
    const auto verifier = verifier_of(R"({"kind":"countdown","numbers":[)" + list + R"(],"target":)" +
                                      std::to_string(trees.front().value) + "}");
    const auto answer = verifier->extract("It is \\boxed{" + trees.front().text + "}");
    if (numbers.size() == 1 && !answer) return;
    RC_ASSERT(answer.has_value());
    RC_ASSERT(verifier->judge(*answer).verdict == Verdict::equal);
    RC_ASSERT(verifier->extract(*answer) == answer);
}

}  // namespace
}  // namespace retort::test

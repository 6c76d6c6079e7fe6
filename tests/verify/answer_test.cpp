#include "verify/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace retort::test {
namespace {

TEST(ExtractAnswer, TakesTheLastBox) {
    EXPECT_EQ(extract_answer("\\boxed{1} then \\boxed{\\frac{1}{2}} and 7"), "\\frac{1}{2}");
    EXPECT_EQ(extract_answer("\\fbox{ 3 }"), "3");
    EXPECT_EQ(extract_answer("\\boxed {x}"), "x");
}

TEST(ExtractAnswer, JoinsBoxesThatStandSideBySide) {
    EXPECT_EQ(extract_answer("\\boxed{2} and \\boxed{3}"), "2, 3");
    EXPECT_EQ(extract_answer("$\\boxed{2}$, $\\boxed{2}$"), "2");
    EXPECT_EQ(extract_answer("\\boxed{1} gives, after some more work, \\boxed{3}"), "3");
}

TEST(ExtractAnswer, PassesOverABoxThatIsNeverClosed) {
    EXPECT_EQ(extract_answer("\\boxed{4} so \\boxed{5"), "4");
}

TEST(ExtractAnswer, TakesWhatFollowsTheAnswerIs) {
    EXPECT_EQ(extract_answer("First 12. The answer is $3.5$. Done 9"), "3.5");
    EXPECT_EQ(extract_answer("the final **answer is:** (3+4)*2"), "(3+4)*2");
    EXPECT_EQ(extract_answer("so $x+y = 1000$ therefore answer is $1$"), "1");
    EXPECT_EQ(extract_answer("18 - 4 = 14\n#### 14"), "14");
    EXPECT_EQ(extract_answer("3 x 4 = 12 boxes\nA: 12"), "12");
    EXPECT_EQ(extract_answer("The answer is Paris."), "Paris");
}

TEST(ExtractAnswer, TakesABareValueWhole) {
    for (const std::string value : {"pi/2", "x=5-3", "-1 + exp(16)", "1 1/4", "$\\{1, 2\\}$", "(-\\infty, 3]"})
        EXPECT_EQ(extract_answer(value), value);
}

TEST(ExtractAnswer, TakesBoldValuesButNotHeadings) {
    EXPECT_EQ(extract_answer("1. **Step 1: add** gives 7 pages, that is **3 pages** more than 4."), "3 pages");
    EXPECT_EQ(extract_answer("**Conclusion**: she has 99 marbles in all"), "99");
}

TEST(ExtractAnswer, TakesTheLastMathsThatIsUnderstood) {
    EXPECT_EQ(extract_answer("we see that $x = 4$ holds for 3 reasons"), "x = 4");
    EXPECT_EQ(extract_answer("and hence \\( \\frac{2}{5} \\) remains of it"), "\\frac{2}{5}");
}

TEST(ExtractAnswer, TakesTheLastNumberElse) {
    EXPECT_EQ(extract_answer("from 3 to -1,234.50 it goes."), "-1,234.50");
    EXPECT_EQ(extract_answer("about 3/4"), "3/4");
    EXPECT_EQ(extract_answer("which makes 25% of them, roughly speaking"), "25%");
    EXPECT_EQ(extract_answer("no number at all"), std::nullopt);
    EXPECT_EQ(extract_answer(""), std::nullopt);
}

TEST(NormaliseAnswer, MakesSpellingsOfOneAnswerEqual) {
    for (const std::string spelling : {"42", " 42 ", "$42$", "42.", "42.0", "+42", "042", "**42**"})
        EXPECT_EQ(normalise_answer(spelling), "42") << spelling;
    EXPECT_EQ(normalise_answer("\\dfrac{1}{2}"), normalise_answer("\\frac{1}{2}"));
    EXPECT_EQ(normalise_answer("1,2"), "1,2");
    EXPECT_EQ(normalise_answer("-0.50"), "-0.5");
    EXPECT_EQ(normalise_answer("-0"), "0");
}

RC_GTEST_PROP(NormaliseAnswer, ChangesNothingTheSecondTime, (const std::string& text)) {
    const std::string once = normalise_answer(text);
    RC_ASSERT(normalise_answer(once).size() <= once.size());
}

TEST(ExtractAnswer, IsQuickOnMegabytesOfBoxes) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += "\\boxed{";
    EXPECT_EQ(extract_answer(text), std::nullopt);
    EXPECT_EQ(extract_answer(std::string(1 << 20, '1')), std::nullopt);
}

}  // namespace
}  // namespace retort::test

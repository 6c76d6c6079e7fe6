#include "verify/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "verify/verdict.h"

namespace retort::test {
namespace {

TEST(ExtractAnswer, TakesTheLastBox) {
    EXPECT_EQ(extract_answer("\\boxed{1} then \\boxed{\\frac{1}{2}} and 7"), "\\frac{1}{2}");
    EXPECT_EQ(extract_answer("\\fbox{ 3 }"), "3");
    EXPECT_EQ(extract_answer("\\boxed {x}"), "x");
}

TEST(ExtractAnswer, PassesOverABoxThatIsNeverClosed) {
    EXPECT_EQ(extract_answer("\\boxed{4} so \\boxed{5"), "4");
}

TEST(ExtractAnswer, TakesWhatFollowsTheAnswerIs) {
    EXPECT_EQ(extract_answer("First 12. The answer is $3.5$. Done 9"), "3.5");
    EXPECT_EQ(extract_answer("the final **answer is:** (3+4)*2"), "(3+4)*2");
}

TEST(ExtractAnswer, TakesTheLastNumberElse) {
    EXPECT_EQ(extract_answer("from 3 to -1,234.50 it goes."), "-1,234.50");
    EXPECT_EQ(extract_answer("about 3/4"), "3/4");
    EXPECT_EQ(extract_answer("x=5-3"), "3");
    EXPECT_EQ(extract_answer("no number at all"), std::nullopt);
    EXPECT_EQ(extract_answer(""), std::nullopt);
}

TEST(NormaliseAnswer, MakesSpellingsOfOneAnswerEqual) {
    for (const std::string spelling : {"42", " 42 ", "$42$", "42.", "42.0", "+42", "042", "\\text{42}", "**42**"})
        EXPECT_EQ(normalise_answer(spelling), "42") << spelling;
    EXPECT_EQ(normalise_answer("1,234,567"), "1234567");
    EXPECT_EQ(normalise_answer("\\dfrac{1}{2}"), normalise_answer("\\frac{1}{2}"));
    EXPECT_EQ(normalise_answer("1,2"), "1,2");
    EXPECT_EQ(normalise_answer("-0.50"), "-0.5");
    EXPECT_EQ(normalise_answer("-0"), "0");
}

TEST(CompareAnswers, SaysUnknownWithoutAReferenceAndDifferentWithoutAnAnswer) {
    EXPECT_EQ(compare_answers("", "4"), Verdict::unknown);
    EXPECT_EQ(compare_answers("4", std::nullopt), Verdict::different);
    EXPECT_EQ(compare_answers("4", "4.0"), Verdict::equal);
    EXPECT_EQ(compare_answers("4", "5"), Verdict::different);
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

#include <gmock/gmock.h>

#include <vector>

#include "verify/kinds/support.h"

namespace retort::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

// 93 - (100 - 30) = 23, 2 * 3 + 1 = 7, 8 / 4 = 2.
const std::string kLine = R"({"kind":"countdown-parts","parts":[{"numbers":[30,100,93],"target":23},)"
                          R"({"numbers":[1,2,3],"target":7},{"numbers":[4,8],"target":2}]})";
const std::string kRight = "A: 93 - (100 - 30); B: 2 * 3 + 1; C: 8 / 4";

TEST(CountdownParts, AcceptsAnExpressionOfEveryPart) {
    const auto verifier = verifier_of(kLine);
    for (const std::string& solution : std::vector<std::string>{
             kRight,
             "A: 93 - (100 - 30)\nB: 2*3+1\nC: 8/4",
             "C: 8/4\nA: 30+93-100\nB: 1 + 2*3",
             "Part A: 93 - (100 - 30) = 23\nPart B: 7 = 2*3 + 1\nPart C: 8/4 = 2",
             "**A:** 93 - (100 - 30)\n**B:** $2 \\cdot 3 + 1$\n**C:** \\frac{8}{4}",
             "(A) 93-(100-30) (B) 1+2*3 (C) 8/4",
             "A = 30 + 93 - 100, B = 2 * 3 + 1, C = 8 / 4",
             "A:\n93 - (100 - 30)\n\nB:\n2 * 3 + 1\n\nC:\n8 / 4\n",
             "\\boxed{A: 93-(100-30), B: 2*3+1, C: 8/4}",
             "A: \\boxed{93 - (100 - 30)} B: \\boxed{2*3+1} C: \\boxed{8/4}",
             "First A: 100 - 93 makes 7, no.\nThe answer is:\nA: 93 - (100 - 30)\nB: 2*3+1\nC: 8/4",
             "<answer>A: 30+93-100\nB: 1+2*3\nC: 8/4</answer> B: 1+1",
         })
        EXPECT_EQ(verdict_on(*verifier, solution), Verdict::equal) << solution;
}

TEST(CountdownParts, APartThatIsMissingOrWrongMakesItWrongAndIsNamed) {
    const auto verifier = verifier_of(kLine);
    const auto judged = [&](const std::string& text) { return verifier->judge(text); };
    EXPECT_EQ(judged("A: 93 - (100 - 30); B: none; C: 8 / 4").verdict, Verdict::different);
    EXPECT_EQ(judged("A: 93 - (100 - 30); B: none; C: 8 / 4").reason, "B: no expression");
    EXPECT_EQ(judged("A: 93 - 100 + 30; B: 1 + 2 + 3; C: 8 - 4").reason, "B: makes 6, not 7; C: makes 4, not 2");
    EXPECT_THAT(judged("A: 2 * 3 + 1; B: 2 * 3 + 1; C: 8 / 4").reason, HasSubstr("A: uses 1, 2 and 3 beyond"));
    EXPECT_EQ(judged("no idea").reason, "A: no expression; B: no expression; C: no expression");
    EXPECT_EQ(judged(kRight).reason, "every part makes its target");
}

TEST(CountdownParts, ShowsEveryPartInOneSpelling) {
    const auto verifier = verifier_of(kLine);
    EXPECT_EQ(verifier->extract("C: (8)/(4)\nA: ((93))-(100-30)\nB: 2*3+1"), kRight);
    EXPECT_EQ(verifier->extract("B: 2*3+1"), "A: none; B: 2 * 3 + 1; C: none");
    EXPECT_EQ(verifier->extract("A: none\nB: none\nC: none"), std::nullopt);
    EXPECT_EQ(verifier->extract("2*3+1"), std::nullopt);
    EXPECT_EQ(verifier->extract(""), std::nullopt);
    EXPECT_EQ(verifier->extract(*verifier->extract(kRight)), kRight);
}

TEST(CountdownParts, TheLastWordOnAPartCounts) {
    const auto verifier = verifier_of(kLine);
    EXPECT_EQ(verifier->extract("B: 1+2+3\nB: 2*3+1"), "A: none; B: 2 * 3 + 1; C: none");
    EXPECT_EQ(verifier->extract("B: 2*3+1\nC: 8/4\nB: none"), "A: none; B: none; C: 8 / 4");
}

TEST(CountdownParts, LettersWithinWordsNameNoPart) {
    const auto verifier = verifier_of(kLine);
    EXPECT_EQ(verifier->extract("DATA: 1 + 2, B2: 3 + 4, A is hard, D: 8/4"), std::nullopt);
    EXPECT_EQ(verifier->extract("C: 8/4. A small step."), "A: none; B: none; C: 8 / 4");
}

TEST(CountdownParts, AnswersAreTheSameWhenTheirPartsAre) {
    const auto verifier = verifier_of(kLine);
    EXPECT_TRUE(verifier->same(kRight, "A: 30 + 93 - 100; B: 1 + 2 * 3; C: 8 / 4"));
    EXPECT_FALSE(verifier->same(kRight, "A: 30 + 93 - 100; B: none; C: 8 / 4"));
    EXPECT_FALSE(verifier->same(kRight, "A: 30 + 93 - 100; B: 1 + 2 + 3; C: 8 / 4"));
    EXPECT_TRUE(verifier->same("none", "none"));
    EXPECT_FALSE(verifier->same("none", "nothing"));
}

TEST(CountdownParts, AnswersAreTakenApartAndJoined) {
    const auto verifier = verifier_of(kLine);
    ASSERT_EQ(verifier->parts().size(), 3U);
    EXPECT_EQ(verifier->parts()[2].label, "C");
    EXPECT_EQ(verifier->parts()[1].verifier->judge("2 * 3 + 1").verdict, Verdict::equal);
    const PartAnswers apart = verifier->take_apart("A: none; B: 2 * 3 + 1; C: 8 / 4");
    EXPECT_THAT(apart, ElementsAre(std::nullopt, Optional(std::string("2 * 3 + 1")), Optional(std::string("8 / 4"))));
    EXPECT_EQ(verifier->join(apart), "A: none; B: 2 * 3 + 1; C: 8 / 4");
    EXPECT_EQ(verifier->join({std::nullopt, std::nullopt, std::nullopt}), std::nullopt);
}

TEST(CountdownParts, OtherKindsAreOneWhole) {
    const auto verifier = verifier_of(R"({"kind":"countdown","numbers":[1,2],"target":3})");
    EXPECT_TRUE(verifier->parts().empty());
    EXPECT_TRUE(verifier->take_apart("1 + 2").empty());
    EXPECT_EQ(verifier->join({"1 + 2"}), std::nullopt);
}

TEST(CountdownParts, MakesTheTextThatTheLineLacks) {
    EXPECT_THAT(make_verifier(kLine).problem,
                testing::AllOf(HasSubstr("Part A: make 23 of a1 = 30, a2 = 100, a3 = 93.\n"),
                               HasSubstr("Part C: make 2 of c1 = 4, c2 = 8.\n")));
    std::string worded = kLine;
    worded.insert(1, R"("problem":"Solve all three.","answer":"A: 1",)");
    EXPECT_EQ(make_verifier(worded).problem, "Solve all three.");
    EXPECT_EQ(make_verifier(worded).reference, "A: 1");
    EXPECT_TRUE(verifier_of(kLine)->can_judge());
    EXPECT_FALSE(verifier_of(kLine)->is_slow());
}

TEST(CountdownParts, NamesWhatALineLacks) {
    const auto error = [](const std::string& parts) {
        return make_verifier(R"({"kind":"countdown-parts","parts":)" + parts + "}").error;
    };
    const std::string good = R"({"numbers":[1,2],"target":3})";
    EXPECT_EQ(error("[" + good + "," + good + "]"), "");
    EXPECT_THAT(error("[" + good + "]"), HasSubstr("a list of 2 to 26"));
    EXPECT_THAT(error("3"), HasSubstr("a list of 2 to 26"));
    EXPECT_THAT(error("[" + good + ",3]"), HasSubstr("part B: expected an object"));
    EXPECT_THAT(error("[" + good + R"(,{"numbers":[],"target":3}])"), HasSubstr("part B: expected \"numbers\""));
    EXPECT_THAT(error("[" + good + R"(,{"numbers":[3],"target":"3"}])"), HasSubstr("part B: expected \"target\""));
    EXPECT_THAT(make_verifier(R"({"kind":"countdown-parts"})").error, HasSubstr("\"parts\""));
}

TEST(CountdownParts, HostileTextIsReadInTime) {
    const auto verifier = verifier_of(kLine);
    for (const std::string& piece :
         std::vector<std::string>{"A:", "A: 1+", "A: (B: (", "A *", "A ", "C: \\frac{", "B: 1.5 A: **"}) {
        std::string text;
        while (text.size() < (std::size_t{1} << 20)) text += piece;
        const double start = computing_seconds();
        const auto answer = verifier->extract(text);
        if (answer) (void)verifier->judge(*answer);
        (void)verifier->judge(text);
        EXPECT_LT(computing_seconds() - start, 2) << piece;
    }
}

}  // namespace
}  // namespace retort::test

#include "verify/verdict.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "verify/pairs.h"

namespace retort::test {
namespace {

TEST(Verify, RationalsAreExact) {
    expect_all({{"1/2", "0.5"},
                {"\\frac12", "\\dfrac{2}{4}"},
                {"5/4", "1 1/4"},
                {"-3.5", "-3\\frac{1}{2}"},
                {"14{,}916", "14916"},
                {"11,\\!111", "11 111"},
                {"7e3", "7000"},
                {"0.\\overline{3}", "1/3"},
                {"2^{10}", "1024"},
                {"5!", "120"},
                {"\\binom{5}{2}", "10"},
                {"5:8", "\\frac58"},
                {"1,22", "1.22"},
                {"101_2", "5"},
                {"\\lfloor 7/2 \\rfloor", "3"},
                {"\\sqrt{\\frac{9}{4}}", "1.5"}},
               Verdict::equal);
    expect_all({{"\\frac{1}{2^{99}}", "\\frac{1}{2^{98}}"},
                {"100!", "100!+1"},
                {"10", "4 10/3"},
                {"2", "2 2/3"},
                {"0.5", "0.52"},
                {"7", "6.999"}},
               Verdict::different);
}

TEST(Verify, ADecimalReferenceAdmitsItsOwnRounding) {
    EXPECT_EQ(compare_values("33.3", "\\frac{100}{3}").stage, VerifyStage::rounding);
    EXPECT_EQ(compare_values("3.14", "\\pi").verdict, Verdict::equal);
    EXPECT_EQ(compare_values("33.3", "33.4").verdict, Verdict::different);
    EXPECT_EQ(compare_values("\\frac{100}{3}", "33.3").verdict, Verdict::different);
}

TEST(Verify, ConstantsAreComparedByCertifiedBalls) {
    expect_all({{"\\frac{\\pi}{2}", "pi/2"},
                {"e^{16}-1", "-1 + exp(16)"},
                {"\\sqrt{8}", "2\\sqrt2"},
                {"\\log_2 8", "3"},
                {"14-i", "14.0 + -1.0i"},
                {"\\frac{1+\\sqrt5}{2}", "\\frac{2}{\\sqrt5-1}"},
                {"45^\\circ", "\\frac{\\pi}{4}"},
                {"\\sqrt[3]{-8}", "-2"}},
               Verdict::equal);
    expect_all({{"\\sqrt2", "1.41421356237309504881"}, {"\\frac{\\sqrt3}{2}\\pi", "\\frac{\\pi\\sqrt3}{4}"}},
               Verdict::different);
}

TEST(Verify, VariablesAreComparedAsFunctions) {
    expect_all({{"a^2-b^2", "(a-b)(a+b)"},
                {"\\frac{n(n-1)(n-2)}{6}", "\\binom{n}{3}"},
                {"\\frac{n(n-1)(n-2)}{6}", "C_n^3"},
                {"\\sin^2 x+\\cos^2 x", "1"},
                {"\\ln x^2", "2\\ln x"},
                {"\\frac{m+n}{2}", "1/2(m+n)"}},
               Verdict::equal);
    expect_all({{"x", "|x|"}, {"x+1", "x+2"}, {"\\sin x", "\\cos x"}}, Verdict::different);
}

TEST(Verify, ListsAndSetsHaveNoOrderAndTuplesHave) {
    expect_all({{"2, 3", "3, 2"},
                {"\\{1,2\\}", "2, 1"},
                {"3 \\pm 2\\sqrt2", "3-2\\sqrt2, 3+2\\sqrt2"},
                {"(1,2),(3,4)", "(3, 4), (1, 2)"},
                {"x=2 \\text{ or } x=3", "3,2"},
                {"(\\pm1, 2)", "(1,2),(-1,2)"},
                {"p=5,q=2;p=7,q=2", "p=5, q=2 \\quad\\text{and}\\quad p=7, q=2"},
                {"\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}1.0\\\\2\\end{pmatrix}"}},
               Verdict::equal);
    expect_all({{"(1,2)", "(2,1)"},
                {"1331 \\text{ and } 1728", "1728"},
                {"1,2,3", "1,2"},
                {"1, 2, \\ldots, n", "1, 3, \\ldots, 2n-1"}},
               Verdict::different);
}

TEST(Verify, IntervalsInequalitiesAndMembershipAreOneThing) {
    expect_all({{"(-\\infty, 3)", "x<3"},
                {"m \\geq \\sqrt2", "$m \\in [\\sqrt2, +\\infty)$"},
                {"0<x<1", "(0,1)"},
                {"\\{x | 2<x<3\\}", "(2,3)"},
                {"3x-6<0", "x<2"},
                {"4<m\\le8 \\text{ or } 10\\le m<12", "(4,8]\\cup[10,12)"},
                {"x\\neq3", "(-\\infty,3)\\cup(3,\\infty)"}},
               Verdict::equal);
    expect_all({{"[0,1]", "(0,1)"}, {"x<3", "x\\le3"}, {"(0,1)", "(0,2)"}}, Verdict::different);
}

TEST(Verify, EquationsAreEqualUpToAFactor) {
    expect_all({{"x^2+y^2=4", "2x^2+2y^2-8=0"}, {"f(x)=x+1", "f(z)=z+1"}, {"y=-8(x-3)", "-8x+24"}, {"x=5", "5"}},
               Verdict::equal);
    expect_all({{"3*x-1*y+13=0", "3x+4y+14=0"}, {"x=5", "y=5"}, {"xy=6", "\\frac{6}{x+1}"}}, Verdict::different);
}

TEST(Verify, UnitsPercentAndCurrencyAreApartFromTheNumber) {
    expect_all({{"10\\text{ units}", "10"},
                {"62.5\\%", "\\frac58"},
                {"10\\%", "10"},
                {"\\$18", "18 dollars"},
                {"864 \\mbox{ inches}^2", "864"},
                {"2 \\text{ hours}", "120 \\text{ minutes}"}},
               Verdict::equal);
    expect_all({{"2 \\text{ hours}", "2 \\text{ minutes}"}, {"41.4\\%", "28.5\\%"}}, Verdict::different);
}

TEST(Verify, LettersOfAChoiceAreFoundInSentences) {
    expect_all({{"A", "The answer is A."},
                {"b", "Final answer is B"},
                {"(C) Cecile", "C"},
                {"B", "I think it's not A, so B"},
                {"D", "The answer is for sure D, it can't be A or B"},
                {"$\\text{(A)}$", "The answer is \\boxed{A}"}},
               Verdict::equal);
    expect_all({{"(A) Cecile", "C"}, {"B", "The answer is A."}}, Verdict::different);
}

TEST(Verify, WhatCannotBeUnderstoodIsUnknownAndNeverDifferent) {
    expect_all({{"a right prism", "a prism"}, {"9^{9^{9^9}}", "9^{9^{9^8}}"}, {"\\int x dx", "\\lim y"}},
               Verdict::unknown);
    expect_all({{"\\text{Tuesday}", "tuesday"}, {"9^{9^{9^9}}", "9^{9^{9^{9}}}"}}, Verdict::equal);
}

TEST(Verify, SaysUnknownWithoutAReferenceAndDifferentWithoutAnAnswer) {
    EXPECT_EQ(judge("", "4").verdict, Verdict::unknown);
    EXPECT_EQ(judge("4", "").verdict, Verdict::different);
}

TEST(Verify, ExplainsItselfInASentence) {
    EXPECT_EQ(explain("7/2", "so \\boxed{3.5}"), "7/2 and 3.5 are the same number");
    EXPECT_EQ(explain("7/2", "3.6"), "7/2 and 3.6 are different numbers");
    EXPECT_EQ(explain("3.14", "\\pi"), "3.14 and \\pi agree in all digits that are given");
    EXPECT_EQ(explain("(0,1]", "0<x<1"), "(0,1] and 0<x<1 are different sets of numbers");
    EXPECT_EQ(explain("B", "The answer is B."), "the choice is B, as in the reference");
    EXPECT_EQ(explain("B", "The answer is C."), "the choice is C, the reference B");
    EXPECT_EQ(explain("a prism", "a right prism"), "a prism and a right prism could not be compared");
    EXPECT_EQ(explain("", "3"), "there is no reference");
    EXPECT_EQ(explain("3", ""), "there is no answer");
    EXPECT_LE(explain(std::string(5000, 'x'), "\n" + std::string(5000, 'y')).size(), 300U);
}

std::vector<std::string> hostile() {
    std::vector<std::string> out{"9^9^9^9",
                                 "9^{9^{9^{9}}}+1",
                                 "1000000!",
                                 "10^{10^{10}}",
                                 "\\binom1E12, 1E6",
                                 "\\frac12e5",
                                 "((((((((((",
                                 "\\frac{",
                                 std::string("1\0002", 3),
                                 "\xFF\xFE\x80",
                                 "\\left(\\right)",
                                 "^",
                                 "_",
                                 "|||||",
                                 "\\sqrt",
                                 "x\\text",
                                 "x\\left",
                                 "x\\begin",
                                 "x\\",
                                 "1/0",
                                 "\\tan\\frac{\\pi}{2}",
                                 "0^0",
                                 "e^{e^{e^{e^{e}}}}",
                                 "\\binom{10^9}{5\\cdot10^8}",
                                 "\\log_1 5",
                                 "\\gcd()",
                                 "\\{x|\\}",
                                 "a_{",
                                 "x'''''"};
    for (const std::string piece :
         {"(",  "{",  "\\frac{1}{", "\\sqrt{",  "-", "[", "|",  "2^",  "\\sin ", "x_{", "\\text{",
          "1+", "1,", "!",          "\\boxed{", "$", "9", "**", "\\{", "%",      "\\pm"}) {
        for (const int times : {40, 400, 10000}) {
            std::string text;
            for (int i = 0; i < times; ++i) text += piece;
            out.push_back(text);
            out.push_back(text + "1");
        }
    }
    out.emplace_back(std::size_t{1} << 20, 'x');
    return out;
}

TEST(Verify, HostileInputGetsAVerdictInTime) {
    const auto texts = hostile();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string& other = texts[(i * 7 + 3) % texts.size()];
        const auto start = std::chrono::steady_clock::now();
        (void)judge(texts[i], other);
        (void)judge("3", texts[i]);
        (void)compare_values(texts[i], texts[i] + " ");
        const auto took = std::chrono::steady_clock::now() - start;
        EXPECT_LT(took, std::chrono::seconds(2)) << texts[i].substr(0, 40) << " of " << texts[i].size();
    }
}

// Fragments that parse often; bytes alone seldom do.
rc::Gen<std::string> maths() {
    return rc::gen::map(
        rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{"1",
                                                                                                 "2",
                                                                                                 "7",
                                                                                                 "x",
                                                                                                 "y",
                                                                                                 "+",
                                                                                                 "-",
                                                                                                 "*",
                                                                                                 "/",
                                                                                                 "^2",
                                                                                                 "(",
                                                                                                 ")",
                                                                                                 "\\frac{1}{3}",
                                                                                                 "\\sqrt{2}",
                                                                                                 "\\pi",
                                                                                                 ",",
                                                                                                 "=",
                                                                                                 "<",
                                                                                                 "\\%",
                                                                                                 "[",
                                                                                                 "]",
                                                                                                 "\\cup",
                                                                                                 "\\pm",
                                                                                                 "1/2",
                                                                                                 " ",
                                                                                                 "!",
                                                                                                 "\\sin",
                                                                                                 "|",
                                                                                                 "{",
                                                                                                 "}",
                                                                                                 "e",
                                                                                                 "i",
                                                                                                 "\\infty",
                                                                                                 "\\text{ and }",
                                                                                                 "^",
                                                                                                 "_3",
                                                                                                 ":",
                                                                                                 "\\circ"})),
        [](const std::vector<std::string>& parts) {
            std::string out;
            for (const std::string& part : parts) out += part;
            return out.substr(0, 40);
        });
}

RC_GTEST_PROP(Verify, EveryAnswerEqualsItself, ()) {
    const std::string text = *maths();
    const Verdict verdict = compare_values(text, text).verdict;
    RC_ASSERT(verdict == Verdict::equal || text.find_first_not_of(" \t\r\n\v\f$.") == std::string::npos);
}

RC_GTEST_PROP(Verify, SwappingTheTwoChangesNothingButByRounding, ()) {
    const std::string a = *maths(), b = *maths();
    const Comparison forth = compare_values(a, b), back = compare_values(b, a);
    const bool blank = forth.stage == VerifyStage::missing || back.stage == VerifyStage::missing;
    const bool rounded = forth.stage == VerifyStage::rounding || back.stage == VerifyStage::rounding;
    RC_ASSERT(blank || rounded || forth.verdict == back.verdict);
}

// What holds only by rounding may be different the other way round, also where the rest is not known.
TEST(Verify, AnUnknownSaysWhenRoundingDecidedItsKnownPart) {
    const std::vector<Pair> pairs{
        {"(\\frac13, \\ln\\frac12)", "(0.333, 3-\\infty)"},
        {"(|0.\\overline{3}|,\\ln(|\\frac12|))", "x=0.333\\text{ or }x=3-\\infty"},
        {"\\{\\frac13, \\ln\\frac12\\}", "\\{0.333, 3-\\infty\\}"},
        {"[\\frac13, 3-\\infty]", "[0.333, \\ln2]"},
        {"\\begin{pmatrix}\\frac13 & \\ln2\\end{pmatrix}", "\\begin{pmatrix}0.333 & 3-\\infty\\end{pmatrix}"}};
    for (const auto& [exact, rounded] : pairs) {
        const Comparison comparison = compare_values(rounded, exact);
        EXPECT_EQ(name(comparison.verdict), "unknown") << rounded << " | " << exact;
        EXPECT_EQ(name(comparison.stage), "rounding") << rounded << " | " << exact;
        EXPECT_NE(name(compare_values(exact, rounded).verdict), "equal") << exact << " | " << rounded;
    }
}

TEST(Verify, EightThreadsAgree) {
    const std::vector<Pair> pairs{
        {"\\sqrt{8}", "2\\sqrt2"}, {"a^2-b^2", "(a-b)(a+b)"}, {"\\sin x", "\\cos x"}, {"100!", "100!+1"}};
    std::vector<std::thread> threads;
    std::vector<int> wrong(8, 0);
    for (std::size_t t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i)
                for (std::size_t p = 0; p < pairs.size(); ++p)
                    wrong[t] +=
                        (judge(pairs[p].reference, pairs[p].answer).verdict == Verdict::equal) != (p < 2) ? 1 : 0;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, std::vector<int>(8, 0));
}

}  // namespace
}  // namespace retort::test

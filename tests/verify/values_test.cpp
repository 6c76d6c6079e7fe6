// Single values as people and models write them.
#include "verify/pairs.h"

namespace retort::test {
namespace {

TEST(VerifyValues, PercentIsTheShareOrTheNumber) {
    expect_equal({{"50\\%", "50"},
                  {"50\\%", "0.5"},
                  {"50\\%", "\\frac12"},
                  {"12.5\\%", "12.5 \\%"},
                  {"12.5%", "$12.5\\%$"},
                  {"25 percent", "25\\%"},
                  {"100\\%", "1"}});
    expect_different({{"50\\%", "5"}, {"50\\%", "60\\%"}, {"0.5\\%", "0.05"}});
}

TEST(VerifyValues, UnitsAreWordsBesideTheNumber) {
    expect_equal({{"15 \\text{ cm}", "15"},
                  {"15\\,\\mathrm{cm}", "15 cm"},
                  {"12 \\text{ cm}^2", "12"},
                  {"12\\text{ square units}", "12"},
                  {"60 \\text{ mph}", "60"},
                  {"5\\ \\text{miles per hour}", "5"},
                  {"9.8 \\text{ m/s}^2", "9.8"},
                  {"27 \\textrm{ minutes}", "27"},
                  {"6\\mbox{ people}", "6"},
                  {"\\frac{5\\pi}{6} rad", "\\frac{5\\pi}{6}"},
                  {"120^{\\circ}\\text{C}", "120"},
                  {"1.5\\ \\text{m}", "150\\ \\text{cm}"}});
    expect_different(
        {{"15 \\text{ cm}", "16"}, {"3 \\text{ hours}", "3 \\text{ minutes}"}, {"1 \\text{ m}", "1 \\text{ kg}"}});
}

TEST(VerifyValues, CurrencyIsASignBesideTheNumber) {
    expect_equal({{"\\$25", "25"},
                  {"$25", "25"},
                  {"\\$ 1,250.50", "1250.5"},
                  {"25 dollars", "\\$25.00"},
                  {"$\\$3{,}000$", "3000"},
                  {"€20", "20"},
                  {"£7.50", "7.5"}});
    expect_different({{"\\$25", "\\$26"}, {"\\$1,250", "1,251"}});
}

TEST(VerifyValues, ThousandsAreSeparatedInManyWays) {
    expect_equal({{"1,000,000", "1000000"},
                  {"1{,}000{,}000", "10^6"},
                  {"1\\,000\\,000", "1,000,000"},
                  {"1 000 000", "1000000"},
                  {"32{,}348", "32348"},
                  {"12,\\!345", "12345"},
                  {"12\\;345", "12,345"},
                  {"-4,000", "-4000"},
                  {"1,234.5", "1234.50"}});
    expect_different({{"1,000,000", "100000"}, {"12,345", "12346"}});
}

TEST(VerifyValues, MixedNumbersAreSums) {
    expect_equal({{"2 \\frac{1}{3}", "\\frac73"},
                  {"2\\tfrac13", "7/3"},
                  {"-1\\frac12", "-1.5"},
                  {"3 3/4", "3.75"},
                  {"11\\frac{2}{7}", "\\frac{79}{7}"},
                  {"5\\;\\frac{1}{2}", "5.5"}});
    expect_different({{"2\\frac13", "\\frac23"}, {"2 1/3", "2/3"}});
}

TEST(VerifyValues, FractionsNeedNoBraces) {
    expect_equal({{"\\frac12", "\\frac{1}{2}"},
                  {"\\frac 1 2", "0.5"},
                  {"\\frac1{72}", "1/72"},
                  {"\\frac{1}2", "1/2"},
                  {"\\dfrac{3}{4}", "\\tfrac34"},
                  {"\\cfrac{1}{1+\\cfrac{1}{2}}", "2/3"},
                  {"\\frac{\\frac12}{\\frac34}", "\\frac23"},
                  {"\\frac{1/2}{3/4}", "2/3"},
                  {"-\\frac{3}{4}", "\\frac{-3}{4}"},
                  {"\\frac{3}{-4}", "-0.75"},
                  {"\\frac ab", "a/b"},
                  {"\\frac43 3^n", "4 \\cdot 3^{n-1}"},
                  {"\\frac{x}2", "\\frac12x"},
                  {"\\frac\\pi2", "\\frac{\\pi}{2}"},
                  {"\\frac1e3 2", "500"},
                  {"{3 \\over 4}", "3/4"}});
    expect_different({{"\\frac12", "\\frac13"}, {"\\frac12", "12"}});
}

TEST(VerifyValues, PowersOfTenAreWrittenInManyWays) {
    expect_equal({{"3 \\times 10^8", "300000000"},
                  {"3.0e8", "3 \\cdot 10^{8}"},
                  {"1.5E-3", "0.0015"},
                  {"6.02 \\times 10^{23}", "6.02e23"},
                  {"10^{-2}", "0.01"},
                  {"2*10^3", "2000"},
                  {"2 x 10^3", "2000"}});
    expect_different({{"3\\times10^8", "3\\times10^7"}, {"1e3", "1e4"}});
}

TEST(VerifyValues, DegreesAreANumberOrAnAngle) {
    expect_equal({{"30^\\circ", "30"},
                  {"30^{\\circ}", "30 degrees"},
                  {"30°", "30^\\circ"},
                  {"180^\\circ", "\\pi"},
                  {"\\angle ABC = 30^\\circ", "30"},
                  {"60 \\text{ degrees}", "60^\\circ"},
                  {"\\sin 30^\\circ", "\\frac12"},
                  {"\\cos(60^\\circ)", "0.5"}});
    expect_different({{"30^\\circ", "60^\\circ"}, {"90^\\circ", "\\pi"}});
}

TEST(VerifyValues, BasesAreSubscripts) {
    expect_equal({{"1011_2", "1011_{2}"},
                  {"1011_2", "11_{10}"},
                  {"1011_2", "11"},
                  {"2516_8", "2516"},
                  {"4210_{5}", "4210_5"},
                  {"\\text{A3}_{16}", "\\text{A3}_{16}"}});
    expect_different({{"1011_2", "1010_2"}, {"12_3", "12_4"}});
}

TEST(VerifyValues, RootsAndTheirSums) {
    expect_equal({{"\\sqrt{12}", "2\\sqrt{3}"},
                  {"\\sqrt2+\\sqrt3", "\\sqrt{5+2\\sqrt6}"},
                  {"\\frac{1}{\\sqrt2}", "\\frac{\\sqrt2}{2}"},
                  {"\\sqrt[3]{16}", "2\\sqrt[3]{2}"},
                  {"\\sqrt{3}\\,i", "i\\sqrt3"},
                  {"3\\sqrt 2", "\\sqrt{18}"},
                  {"\\sqrt[4]{4}", "\\sqrt2"},
                  {"2^{1/2}", "\\sqrt2"},
                  {"27^{2/3}", "9"},
                  {"sqrt(3)/2", "\\frac{\\sqrt3}{2}"},
                  {"√3/2", "\\frac{\\sqrt{3}}{2}"},
                  {"2sqrt(3)", "2\\sqrt3"},
                  {"(1+sqrt(5))/2", "\\frac{1+\\sqrt{5}}{2}"},
                  {"\\sqrt{2}\\sqrt{3}", "\\sqrt6"},
                  {"3^{\\frac{1}{2}}", "\\sqrt3"}});
    expect_different({{"\\sqrt2+\\sqrt3", "\\sqrt5"}, {"\\sqrt3", "3"}, {"-\\sqrt2", "\\sqrt2"}});
}

TEST(VerifyValues, LogarithmsHaveBases) {
    expect_equal({{"\\log_2 8", "3"},
                  {"\\log_{10} 100", "2"},
                  {"\\lg 1000", "3"},
                  {"\\ln e^2", "2"},
                  {"\\log_3{81}", "4"},
                  {"\\frac{\\ln 8}{\\ln 2}", "3"},
                  {"\\log_{4} 8", "\\frac32"},
                  {"2\\ln 3", "\\ln 9"},
                  {"\\ln(2)", "\\log 2"},
                  {"\\log_2 3", "\\frac{\\log 3}{\\log 2}"},
                  {"\\log_{10}2", "\\log_{10}(2)"}});
    expect_different({{"\\log_2 3", "\\log_3 2"}, {"\\ln 2", "\\ln 3"}});
}

TEST(VerifyValues, TrigonometryIsEvaluated) {
    expect_equal({{"\\sin\\frac{\\pi}{6}", "\\frac12"},
                  {"\\tan \\frac{\\pi}{4}", "1"},
                  {"\\arctan 1", "\\frac\\pi4"},
                  {"\\cos^2 x - \\sin^2 x", "\\cos 2x"},
                  {"2\\sin x\\cos x", "\\sin(2x)"},
                  {"\\sin^{-1}(1)", "\\pi/2"},
                  {"\\sec x", "\\frac{1}{\\cos x}"},
                  {"\\operatorname{arctg} 1", "pi/4"},
                  {"\\tan^2\\theta+1", "\\sec^2\\theta"}});
    expect_different({{"\\sin 1", "\\cos 1"}, {"\\sin x", "\\sin 2x"}});
}

TEST(VerifyValues, ComplexNumbers) {
    expect_equal({{"3+4i", "4i+3"},
                  {"(1+i)^2", "2i"},
                  {"-i", "0-1i"},
                  {"\\frac{1}{i}", "-i"},
                  {"e^{i\\pi}", "-1"},
                  {"2+3\\mathrm{i}", "2+3i"},
                  {"\\frac{1+i\\sqrt3}{2}", "\\cos\\frac{\\pi}{3}+i\\sin\\frac{\\pi}{3}"},
                  {"1 - 2 i", "1-2i"}});
    expect_different({{"3+4i", "3-4i"}, {"i", "1"}});
}

TEST(VerifyValues, FactorialsAndCombinations) {
    expect_equal({{"5!", "120"},
                  {"\\frac{10!}{8!}", "90"},
                  {"\\binom{10}{3}", "120"},
                  {"\\dbinom{6}{2}", "15"},
                  {"{6 \\choose 2}", "15"},
                  {"2^{10}-1", "1023"},
                  {"20!", "2432902008176640000"},
                  {"\\binom{2n}{n}", "\\frac{(2n)!}{n!\\,n!}"}});
    expect_different({{"5!", "5"}, {"\\binom{10}{3}", "\\binom{10}{4}"}});
}

TEST(VerifyValues, InfinitiesAreApartFromNumbers) {
    expect_equal({{"\\infty", "+\\infty"}, {"\\infty", "infinity"}, {"-\\infty", "-oo"}, {"\\infty", "∞"}});
    expect_different({{"\\infty", "-\\infty"}, {"\\infty", "1000000"}});
}

TEST(VerifyValues, ZeroHasNoSign) {
    expect_equal({{"0", "-0"}, {"0", "0.0"}, {"0", "-0.00"}, {"0", "+0"}, {"-0", "\\frac{0}{5}"}});
    expect_different({{"0", "0.001"}});
}

TEST(VerifyValues, DecimalsAgainstFractions) {
    expect_equal({{"0.375", "\\frac38"},
                  {"\\frac{7}{20}", "0.350"},
                  {"1.25", "5/4"},
                  {".5", "\\frac12"},
                  {"5.", "5"},
                  {"0.\\overline{6}", "2/3"},
                  {"0.1\\overline{6}", "\\frac16"},
                  {"0.\\dot{3}", "1/3"},
                  {"0.\\dot{1}\\dot{6}", "16/99"},
                  {"0.(3)", "1/3"},
                  {"0.333...", "1/3"},
                  {"0.1666\\ldots", "1/6"},
                  {"-.75", "-\\frac34"}});
    expect_all({{"0.333", "1/3"}, {"3.142", "\\pi"}, {"1.73", "\\sqrt3"}, {"66.7\\%", "2/3"}}, Verdict::equal);
    expect_all({{"1/3", "0.333"}, {"\\pi", "3.14"}, {"0.333", "0.334"}, {"22/7", "3.14"}}, Verdict::different);
}

TEST(VerifyValues, ManyDigitsOfAnExactReferenceAreEnough) {
    expect_all({{"1/3", "0.333333"},
                {"\\pi", "3.14159265"},
                {"\\sqrt2", "1.41421356237309504880"},
                {"\\ln 2", "0.6931471805599453"}},
               Verdict::equal);
    expect_all({{"1/3", "0.333334"}, {"\\pi", "3.14159264"}, {"\\sqrt2", "1.41421356237309504890"}},
               Verdict::different);
}

TEST(VerifyValues, LayoutSaysNothing) {
    expect_equal({{"\\displaystyle \\frac{1}{2}", "\\frac12"},
                  {"\\left(\\frac{1}{2}\\right)", "1/2"},
                  {"\\mathbf{73}", "73"},
                  {"**73**", "73"},
                  {"\\textbf{73}", "73"},
                  {"\\boldsymbol{73}", "73"},
                  {"\\boxed{\\boxed{73}}", "73"},
                  {"$$73$$", "\\(73\\)"},
                  {"\\[73\\]", "73."},
                  {"\\fbox{73}", "73"},
                  {"73 \\quad", "\\;73"},
                  {"\\text{73}", "73"},
                  {"\\bf{73}", "73"},
                  {"{73}", "73"},
                  {"= 73", "73"},
                  {"\\left\\lfloor 3.7 \\right\\rfloor", "3"},
                  {"\\big(2+3\\big)", "5"},
                  {"`73`", "73"},
                  {"\\underline{73}", "73"}});
}

TEST(VerifyValues, ChainsOfEquationsEndInTheirValue) {
    expect_equal({{"x = 5", "5"},
                  {"x = \\frac{10}{2} = 5", "5"},
                  {"2+3 = 5", "5"},
                  {"S = \\pi r^2", "\\pi r^2"},
                  {"\\frac{22}{7} \\approx 3.14", "22/7"},
                  {"AB = 12", "12"},
                  {"\\angle A = 60^\\circ", "60"},
                  {"f(2) = 7", "7"},
                  {"P(X=1) = \\frac14", "1/4"},
                  {"a_n = 2n+1", "2n+1"},
                  {"|AB| = 4", "4"},
                  {"S_{ABC} = 6", "6"},
                  {"\\text{Area} = 24", "24"},
                  {"\\text{The area is } 24", "24"}});
    expect_different({{"x = 5", "x = 6"}, {"x=5", "y=5"}, {"a_n = 2n+1", "2n"}});
}

TEST(VerifyValues, PlainTextMathsIsRead) {
    expect_equal({{"\\frac{\\pi}{2}", "pi/2"},
                  {"e^{16}", "exp(16)"},
                  {"x^2+1", "x**2 + 1"},
                  {"2x", "2*x"},
                  {"\\frac{1}{x+1}", "1/(x+1)"},
                  {"\\sqrt{x}", "sqrt(x)"},
                  {"|x|", "abs(x)"},
                  {"\\ln x", "ln(x)"},
                  {"\\infty", "inf"},
                  {"\\sin x", "sin(x)"},
                  {"x_1+x_2", "x_{1} + x_{2}"},
                  {"x²", "x^2"},
                  {"\\frac{-b+\\sqrt{b^2-4ac}}{2a}", "(-b + sqrt(b^2 - 4*a*c))/(2*a)"},
                  {"2\\pi r", "2πr"},
                  {"x^{10}", "x^10"}});
    expect_different({{"x^2", "x^3"}, {"2x", "2+x"}});
}

TEST(VerifyValues, ExpressionsAreEqualAsFunctions) {
    expect_equal({{"(x+1)^2", "x^2+2x+1"},
                  {"\\frac{x^2-1}{x-1}", "x+1"},
                  {"e^{x+y}", "e^xe^y"},
                  {"\\ln(ab)", "\\ln a+\\ln b"},
                  {"2^{n+1}", "2\\cdot2^n"},
                  {"\\sqrt{x^2+2x+1}", "|x+1|"},
                  {"a(b+c)", "ab+ac"},
                  {"\\frac{a}{b}+\\frac{c}{d}", "\\frac{ad+bc}{bd}"},
                  {"n!", "n(n-1)!"},
                  {"x^{-1}", "\\frac1x"},
                  {"\\frac{n(n+1)}{2}", "\\frac{n^2+n}{2}"},
                  {"\\alpha+\\beta", "\\beta + \\alpha"},
                  {"3x - 2y", "-2y+3x"}});
    expect_different({{"x+y", "x-y"}, {"e^x", "e^{2x}"}, {"n!", "n^2"}, {"ab", "a+b"}, {"x", "y"}});
}

}  // namespace
}  // namespace retort::test

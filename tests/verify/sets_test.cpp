// Answers of several values: lists, sets, tuples, intervals, matrices, equations.
#include "verify/pairs.h"

namespace retort::test {
namespace {

TEST(VerifySets, ListsHaveNoOrder) {
    expect_equal({{"1, 2, 3", "3, 2, 1"},
                  {"1,2,3", "1, 2, and 3"},
                  {"2 \\text{ and } 3", "3,2"},
                  {"x=1, x=2", "1,2"},
                  {"x_1=1, x_2=2", "2, 1"},
                  {"x = 1 \\text{ or } x = 2", "x=2,1"},
                  {"\\{1,2,3\\}", "1,2,3"},
                  {"\\left\\{ 1, 2 \\right\\}", "\\{2,1\\}"},
                  {"\\{1, 2, 2\\}", "\\{1, 2\\}"},
                  {"\\{0.5, \\frac14\\}", "\\{\\frac12, 0.25\\}"},
                  {"\\lbrace 1, 2 \\rbrace", "1;2"},
                  {"x\\in\\{1,2\\}", "1,2"},
                  {"1, -1", "\\pm 1"},
                  {"x = \\pm\\sqrt{3}", "\\sqrt3, -\\sqrt3"},
                  {"2\\pm\\sqrt5", "2+\\sqrt5, 2-\\sqrt5"},
                  {"$1$ and $2$", "1,2"},
                  {"$1$, $2$", "1,2"}});
    expect_different(
        {{"1,2,3", "1,2,4"}, {"1,2,3", "1,2"}, {"\\pm1", "1"}, {"\\{1,2\\}", "\\{1,2,3\\}"}, {"1,2", "12"}});
}

TEST(VerifySets, TheEmptySetIsASet) {
    expect_equal({{"\\emptyset", "\\{\\}"}, {"\\varnothing", "\\emptyset"}, {"\\{ \\}", "∅"}});
    expect_not_equal({{"\\emptyset", "\\{0\\}"}, {"\\emptyset", "0"}, {"\\emptyset", "\\{1\\}"}});
}

TEST(VerifySets, TuplesHaveAnOrder) {
    expect_equal({{"(1,2)", "(1, 2)"},
                  {"(1,2)", "\\left( 1.0, \\frac{4}{2} \\right)"},
                  {"(x,y)=(1,2)", "(1,2)"},
                  {"(1,2),(3,4)", "(3,4),(1,2)"},
                  {"\\{(1,2),(3,4)\\}", "(3,4) \\text{ and } (1,2)"},
                  {"(1;2)", "(1,2)"},
                  {"(1, -\\frac12, \\sqrt4)", "(1,-0.5,2)"},
                  {"x=1,y=2", "(1,2)"},
                  {"x = 1, \\; y = 2", "y=2, x=1"},
                  {"\\langle 1,2 \\rangle", "(1,2)"},
                  {"(a,b,c) = (1,2,3)", "a=1,b=2,c=3"}});
    expect_different(
        {{"(1,2)", "(2,1)"}, {"(1,2,3)", "(1,2)"}, {"(1,2),(3,4)", "(1,2),(4,3)"}, {"x=1,y=2", "x=2,y=1"}});
}

TEST(VerifySets, IntervalsAreComparedByTheirEnds) {
    expect_equal({{"[0,1)", "[0, 1)"},
                  {"(-\\infty, 2]", "x \\le 2"},
                  {"x\\in(1,3)", "1<x<3"},
                  {"(2,\\infty)", "x>2"},
                  {"(2,\\infty)", "(2, +\\infty)"},
                  {"(2,\\infty)", "2 < x"},
                  {"3 > x > 1", "1 < x < 3"},
                  {"x \\in [1,3]", "1 \\le x \\le 3"},
                  {"\\{x \\mid 1 < x \\le 3\\}", "(1,3]"},
                  {"\\{x : x > 0\\}", "(0,\\infty)"},
                  {"\\left[-\\frac{1}{2}, \\frac{1}{2}\\right]", "[-0.5, 0.5]"},
                  {"0 \\leqslant a < 1", "[0,1)"},
                  {"]0,1[", "(0,1)"}});
    expect_different({{"[0,1)", "[0,1]"}, {"(1,3)", "(1,4)"}, {"x>2", "x\\ge2"}, {"x>2", "x<2"}, {"x>2", "y>2"}});
}

TEST(VerifySets, UnionsAreTheSameSetHoweverCut) {
    expect_equal({{"(-\\infty,1)\\cup(2,\\infty)", "x<1 \\text{ or } x>2"},
                  {"(2,\\infty)\\cup(-\\infty,1)", "(-\\infty,1)\\cup(2,\\infty)"},
                  {"[0,1)\\cup[1,2]", "[0,2]"},
                  {"(0,2)\\cup(1,3)", "(0,3)"},
                  {"[0,2]\\cap(1,3)", "(1,2]"},
                  {"\\mathbb{R}\\setminus\\{1\\}", "x\\ne1"},
                  {"\\mathbb{R}\\setminus\\{1,2\\}", "(-\\infty,1)\\cup(1,2)\\cup(2,\\infty)"},
                  {"x\\ne1, x\\ne2", "\\mathbb{R}\\setminus\\{1,2\\}"},
                  {"x>1, x<3", "(1,3)"},
                  {"x>1 \\text{ and } x\\le3", "(1,3]"},
                  {"x<-1, x>1", "(-\\infty,-1)\\cup(1,\\infty)"},
                  {"|x|<3", "(-3,3)"},
                  {"|x-1|\\ge2", "(-\\infty,-1]\\cup[3,\\infty)"},
                  {"\\mathbb{R}", "(-\\infty,\\infty)"},
                  {"\\text{all real numbers}", "\\mathbb{R}"},
                  {"\\{1\\}\\cup[2,3]", "[2,3]\\cup\\{1\\}"},
                  {"x = 1 \\text{ or } x \\ge 2", "\\{1\\}\\cup[2,\\infty)"},
                  {"[1,2] U [3,4]", "[1,2]\\cup[3,4]"},
                  {"2x+1>5", "x>2"},
                  {"-x<3", "x>-3"},
                  {"1<2x+1<5", "(0,2)"}});
    expect_different({{"(0,1)\\cup(1,2)", "(0,2)"},
                      {"x<1 \\text{ or } x>2", "1<x<2"},
                      {"\\mathbb{R}\\setminus\\{1\\}", "\\mathbb{R}\\setminus\\{2\\}"},
                      {"[0,1]\\cup[2,3]", "[0,3]"}});
}

TEST(VerifySets, MatricesAreComparedByPlace) {
    expect_equal(
        {{"\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}", "\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}"},
         {"\\begin{pmatrix} 1/2 \\\\ 3 \\end{pmatrix}", "\\begin{pmatrix} 0.5 \\\\ 3 \\end{pmatrix}"},
         {"\\begin{pmatrix} 1 \\\\ 2 \\\\ 3 \\end{pmatrix}", "(1,2,3)"},
         {"\\left(\\begin{array}{cc}1&0\\\\0&1\\end{array}\\right)", "\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}"},
         {"\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\\\ \\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"},
         {"A = \\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"},
         {"\\begin{pmatrix} \\sqrt8 & x \\\\ 0 & -1 \\end{pmatrix}",
          "\\begin{pmatrix} 2\\sqrt2 & x \\\\ 0 & -1 \\end{pmatrix}"}});
    expect_different({{"\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}"},
                      {"\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}2\\\\1\\end{pmatrix}"}});
}

TEST(VerifySets, EquationsAndFunctions) {
    expect_equal({{"y = 2x+1", "2x - y + 1 = 0"},
                  {"y=2x+1", "y = 1+2x"},
                  {"x^2+y^2=1", "y^2+x^2-1=0"},
                  {"f(x)=x^2", "x^2"},
                  {"f(x) = 2x", "f(t) = 2t"},
                  {"y=2x+1", "2x+1"},
                  {"\\frac{x^2}{4}+\\frac{y^2}{9}=1", "9x^2+4y^2=36"},
                  {"f^{-1}(x) = \\frac{x-1}{2}", "\\frac{x-1}{2}"},
                  {"f(x)=x+1, g(x)=2", "g(x)=2, f(x)=x+1"},
                  {"f(x) = 2x \\text{ for all } x", "f(x)=2x"}});
    expect_different({{"y=2x+1", "y=2x-1"}, {"x^2+y^2=1", "x^2+y^2=2"}, {"f(x)=x", "g(x)=2x"}, {"2x+y=0", "x+2y=0"}});
}

TEST(VerifySets, RatiosAndOrders) {
    expect_equal({{"1:2", "2:4"}, {"3:4:5", "6:8:10"}, {"1:2", "\\frac12"}, {"a<b<c", "a, b, c"}, {"2 : 3", "2:3"}});
    expect_different({{"1:2", "2:1"}, {"3:4:5", "3:5:4"}, {"a<b<c", "a,c,b"}});
}

TEST(VerifySets, WordsAreComparedAsSpelled) {
    expect_equal({{"\\text{Yes}", "yes"},
                  {"\\text{even}", "Even"},
                  {"Tuesday", "\\textbf{Tuesday}"},
                  {"\\text{no solution}", "No solution"},
                  {"(\\text{B})", "B"},
                  {"\\text{ellipse}", "an ellipse"},
                  {"\\text{east}", "East."}});
    expect_not_equal({{"\\text{yes}", "no"}, {"\\text{even}", "odd"}, {"\\text{Monday}", "Tuesday"}});
}

TEST(VerifySets, WhatIsSaidOfAValueIsNotTheValue) {
    expect_equal({{"x=\\frac{\\pi}{3}+2k\\pi, k\\in\\mathbb{Z}", "\\frac{\\pi}{3}+2\\pi k"},
                  {"2k\\pi \\ (k \\in \\mathbb{Z})", "2\\pi k"},
                  {"\\sqrt{2}\\approx1.414", "1.414"},
                  {"\\sqrt{2}\\approx1.414", "\\sqrt2"},
                  {"\\begin{cases} x=1 \\\\ y=2 \\end{cases}", "x=1, y=2"},
                  {"\\begin{aligned} x&=1 \\\\ y&=2 \\end{aligned}", "x=1, y=2"},
                  {"f(x)=2x", "y=2x"},
                  {"A \\cup B", "B \\cup A"},
                  {"\\emptyset", "no solution"},
                  {"12 \\mathrm{~cm}^{2}", "12"},
                  {"5\\frac{1}{2}\\%", "5.5\\%"},
                  {"3\\frac{3}{4} \\text{ hours}", "3.75"}});
    expect_not_equal({{"\\sqrt{2}\\approx1.414", "1.415"}, {"f(x)=2x", "y=3x"}, {"\\emptyset", "0"}});
}

TEST(VerifySets, AFormulaThatIsNotUnderstoodIsNotItsLastNumber) {
    expect_not_equal({{"$\\sum_{k=1}^{3}k$", "3"}, {"\\int_0^1 x^2 dx", "2"}, {"\\lim_{x\\to0} 5", "5"}});
}

TEST(VerifySets, WhatIsOnlySpelledIsSpelledWhole) {
    expect_not_equal({{"\\sum 1.5", "\\sum 15"},
                      {"\\int (x+1)^2", "\\int (x+1^2)"},
                      {"(3,2)", "(3,2]"},
                      {"(5,1]", "(4,1]"},
                      {"all $n$ with $p > 3$", "all $n$ with $p > 5$"},
                      {"every $n$ such that $p \\equiv 3$ for $n$", "every $n$ such that $p \\equiv 4$ for $n$"}});
    expect_equal({{"\\text{all even } n", "all even n"}, {"\\lim_{x\\to0} f(x)", "\\lim_{x\\to 0}f(x)"}});
}

TEST(VerifySets, ListsMayHoldAValueTwiceAndSetsMayNot) {
    expect_different({{"6,6,5,7", "6,5,7,7"}, {"1,1,2", "1,2"}});
    expect_equal({{"\\{1,1,2\\}", "1,2"}, {"1,1,2", "2,1,1"}});
}

TEST(VerifySets, AnEquationSetToZeroIsNotZero) {
    expect_different({{"5x-7y+4=0", "0"}, {"x+y=0", "0"}});
    expect_equal({{"x=0", "0"}, {"f(0)=0", "0"}});
    expect_not_equal({{"I(0)e^{-t}", "I(0)e^{t}"}, {"f(0)+x", "x"}});
}

TEST(VerifySets, AnswersAreFoundInTexts) {
    expect_all({{"42", "Therefore, the final answer is $\\boxed{42}$."},
                {"42", "First \\boxed{41}. No: \\boxed{42}"},
                {"\\frac{3}{4}", "Thus the probability is $\\frac{3}{4}$."},
                {"42", "The answer is: **42**."},
                {"42", "**Answer:** 42"},
                {"42", "Answer: $42$"},
                {"42", "#### 42"},
                {"42", "so x = 42"},
                {"(1,2)", "The solution is $(x, y) = (1, 2)$."},
                {"5\\sqrt2", "Hence $AB = \\sqrt{50} = 5\\sqrt{2}$."},
                {"18", "She makes 9 * 2 = $18 every day."},
                {"12", "The total is 12 apples."},
                {"70\\%", "so it is \\boxed{70\\%}."},
                {"1,2", "\\boxed{1} and \\boxed{2}"},
                {"x+1", "Final Answer: The final answer is $x+1$. I hope it is correct."},
                {"42", "\\[ \\boxed{42} \\]"},
                {"\\frac{1}{2}", "The answer is 1/2"},
                {"C", "\\boxed{\\text{C}}"},
                {"C", "The correct option is **C**."},
                {"\\textbf{(A)}\\ 12", "A"},
                {"\\text{(A) } 12", "The answer is (A)."},
                {"-2", "So $m$ equals -2"},
                {"7", "The number is seven, i.e. 7"},
                {"\\text{east}", "**east**"},
                {"B", "Answer: (B) 12"},
                {"2", "The final answer is 2."},
                {"-3", "The answer is -3."},
                {"1000", "It costs $1,000."}},
               Verdict::equal);
    expect_all({{"42", "The answer is \\boxed{43}"}, {"1", "First 1, then 2."}, {"C", "The answer is \\boxed{D}"}},
               Verdict::different);
}

}  // namespace
}  // namespace retort::test

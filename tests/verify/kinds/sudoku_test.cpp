#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "verify/kinds/support.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

// 1 2 | 3 4        rows shifted by two, then by one: a grid that keeps the rules
// 3 4 | 1 2
const std::string kSmall = "1234341223414123";
const std::string kLine = R"({"kind":"sudoku","problem":"1030040020004003"})";

std::string spaced(const std::string& grid, std::size_t side, const std::string& between, const std::string& end) {
    std::string out;
    for (std::size_t i = 0; i < grid.size(); ++i) out += grid[i] + (i % side + 1 == side ? end : between);
    return out;
}

TEST(Sudoku, ReadsTheGridInAnyUsualLayout) {
    const auto verifier = verifier_of(kLine);
    for (const std::string& solution : std::vector<std::string>{
             kSmall,
             "The answer is " + kSmall + ".",
             "\\boxed{" + kSmall + "}",
             spaced(kSmall, 4, " ", "\n"),
             "Here it is:\n\n```\n" + spaced(kSmall, 4, "", "\n") + "```\nEvery row has 1 to 4.",
             spaced(kSmall, 4, " | ", " |\n"),
             std::string(
                 "| 1 | 2 | 3 | 4 |\n|---|---|---|---|\n| 3 | 4 | 1 | 2 |\n| 2 | 3 | 4 | 1 |\n| 4 | 1 | 2 | 3 |"),
             std::string("1 2 | 3 4\n3 4 | 1 2\n----+----\n2 3 | 4 1\n4 1 | 2 3\n"),
             std::string("[[1,2,3,4],[3,4,1,2],[2,3,4,1],[4,1,2,3]]"),
             std::string("[1, 2, 3, 4],\n[3, 4, 1, 2],\n[2, 3, 4, 1],\n[4, 1, 2, 3]"),
             std::string("Row 1: 1 2 3 4\nRow 2: 3 4 1 2\nRow 3: 2 3 4 1\nRow 4: 4 1 2 3"),
             std::string("1. 1234\n2. 3412\n3. 2341\n4. 4123"),
             std::string("R1 | 1 2 3 4\nR2 | 3 4 1 2\nR3 | 2 3 4 1\nR4 | 4 1 2 3"),
             std::string("\\boxed{\\begin{array}{cc|cc}1 & 2 & 3 & 4 \\\\ 3&4&1&2 \\\\ \\hline 2&3&4&1 \\\\ "
                         "4&1&2&3\\end{array}}"),
             "The puzzle:\n1 . 3 .\n. 4 . .\n2 . . .\n4 . . 3\n\nSolved:\n" + spaced(kSmall, 4, " ", "\n"),
             "First try:\n" + spaced("1234341223144123", 4, " ", "\n") + "\nNo: column 3. So\n" +
                 spaced(kSmall, 4, " ", "\n"),
         }) {
        EXPECT_EQ(verifier->extract(solution), kSmall) << solution;
        EXPECT_EQ(verdict_on(*verifier, solution), Verdict::equal) << solution;
    }
}

TEST(Sudoku, FindsNoGridWhereThereIsNone) {
    const auto verifier = verifier_of(kLine);
    for (const std::string& solution : std::vector<std::string>{
             std::string(), std::string("1234\n3412\n2341"), std::string("1 . 3 .\n3 4 . .\n2 . . 1\n4 . . 3"),
             std::string("1235341223414123"), std::string("the digits 1 2 3 4"), std::string("12343412234141231")})
        EXPECT_EQ(verifier->extract(solution), std::nullopt) << solution;
}

TEST(Sudoku, IsJudgedByRulesAndGivensAlone) {
    const auto verifier = verifier_of(R"({"kind":"sudoku","puzzle":"1030340020014003","answer":"nonsense"})");
    EXPECT_EQ(verifier->judge(kSmall).verdict, Verdict::equal);
    EXPECT_THAT(verifier->judge("2134341223414123").reason, HasSubstr("the given 1 at row 1, column 1 became 2"));
    const auto open = verifier_of(R"({"kind":"sudoku","puzzle":"................"})");
    EXPECT_THAT(open->judge("1233341223414123").reason, HasSubstr("row 1 has 3 twice"));
    EXPECT_THAT(open->judge("1234143223414123").reason, HasSubstr("twice"));
    EXPECT_THAT(open->judge("1234234134124123").reason, HasSubstr("box 1 has 2 twice"));
    EXPECT_THAT(open->judge("no grid").reason, HasSubstr("no grid"));
}

TEST(Sudoku, SeveralSolutionsAreAllRight) {
    const auto open = verifier_of(R"({"kind":"sudoku","puzzle":"0000000000000000"})");
    EXPECT_EQ(open->judge(kSmall).verdict, Verdict::equal);
    EXPECT_EQ(open->judge("2143432112343412").verdict, Verdict::equal);
    EXPECT_TRUE(open->same(kSmall, spaced(kSmall, 4, " ", "\n")));
    EXPECT_FALSE(open->same(kSmall, "2143432112343412"));
}

std::string nine(int shift) {
    std::string out;
    for (int row = 0; row < 9; ++row)
        for (int column = 0; column < 9; ++column)
            out += static_cast<char>('1' + (column + row % 3 * 3 + row / 3 + shift) % 9);
    return out;
}

TEST(Sudoku, HasNineRowsToo) {
    std::string puzzle = nine(0);
    for (std::size_t i = 0; i < puzzle.size(); i += 2) puzzle[i] = '.';
    const auto verifier = verifier_of(R"({"kind":"sudoku","puzzle":")" + puzzle + R"("})");
    EXPECT_EQ(verdict_on(*verifier, spaced(nine(0), 9, " ", "\n")), Verdict::equal);
    EXPECT_EQ(verdict_on(*verifier, nine(0)), Verdict::equal);
    EXPECT_EQ(verdict_on(*verifier, nine(1)), Verdict::different);
}

TEST(Sudoku, MakesATextWithTheGrid) {
    const std::string text = make_verifier(kLine).problem;
    EXPECT_THAT(text, testing::AllOf(HasSubstr("1 . 3 .\n"), HasSubstr("2 x 2 box")));
    EXPECT_EQ(make_verifier(R"({"kind":"sudoku","puzzle":"1030340020014003","problem":"Solve it."})").problem,
              "Solve it.");
}

TEST(Sudoku, RefusesWhatIsNoPuzzle) {
    for (const std::string& line : std::vector<std::string>{
             R"({"kind":"sudoku"})", R"({"kind":"sudoku","problem":"103"})",
             R"({"kind":"sudoku","puzzle":"1130340020014003"})", R"({"kind":"sudoku","puzzle":"9030340020014003"})",
             R"({"kind":"sudoku","problem":"Solve 1030340020014003"})"})
        EXPECT_THAT(make_verifier(line).error, HasSubstr("expected")) << line;
}

RC_GTEST_PROP(Sudoku, AChangedCellIsSeen, ()) {
    std::string grid = nine(*rc::gen::inRange(0, 9));
    const auto at = *rc::gen::inRange<std::size_t>(0, 81);
    const auto by = *rc::gen::inRange(1, 9);
    const auto open = verifier_of(R"({"kind":"sudoku","puzzle":")" + std::string(81, '.') + R"("})");
    RC_ASSERT(open->judge(grid).verdict == Verdict::equal);
    grid[at] = static_cast<char>('1' + (grid[at] - '1' + by) % 9);
    RC_ASSERT(open->judge(grid).verdict == Verdict::different);
}

TEST(Sudoku, HostileTextIsReadInTime) {
    const auto verifier = verifier_of(kLine);
    for (const std::string& piece :
         std::vector<std::string>{"1", "1 ", "1\n", ".", "\\begin{", "|", "1234\n", "row 1: ", "\xFF"}) {
        std::string text;
        while (text.size() < (std::size_t{1} << 20)) text += piece;
        const double start = computing_seconds();
        (void)verifier->extract(text);
        (void)verifier->judge(text);
        EXPECT_LT(computing_seconds() - start, 2) << piece;
    }
}

}  // namespace
}  // namespace retort::test

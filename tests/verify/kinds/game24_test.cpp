#include <gmock/gmock.h>

#include <vector>

#include "verify/kinds/support.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

TEST(Game24, TakesItsNumbersFromTheProblem) {
    const auto verifier = verifier_of(R"({"kind":"game24","problem":"4 9 10 13","answer":"24"})");
    EXPECT_EQ(verdict_on(*verifier, "Answer: (10 - 4) * (13 - 9) = 24"), Verdict::equal);
    EXPECT_EQ(verdict_on(*verifier, "Answer: (10 - 4) * (13 - 9) - 0 = 24"), Verdict::different);
    EXPECT_EQ(verdict_on(*verifier, "Answer: 4 + 9 + 10 + 13 = 24"), Verdict::different);
}

TEST(Game24, TakesItsNumbersFromTheirList) {
    const auto verifier = verifier_of(R"({"kind":"game24","problem":"Make 24!","numbers":[1,1,4,6]})");
    EXPECT_EQ(verdict_on(*verifier, "\\boxed{4 \\times 6 \\times 1 \\times 1}"), Verdict::equal);
    EXPECT_EQ(make_verifier(R"({"kind":"game24","problem":"Make 24!","numbers":[1,1,4,6]})").problem, "Make 24!");
}

TEST(Game24, MakesAText) {
    EXPECT_THAT(make_verifier(R"({"kind":"game24","problem":"1 1 4 6"})").problem,
                testing::AllOf(HasSubstr("24"), HasSubstr("1, 1, 4 and 6")));
}

TEST(Game24, HasAReferenceWhereOneIsWritten) {
    EXPECT_EQ(make_verifier(R"({"kind":"game24","problem":"1 1 4 6","answer":"24"})").reference, "");
    EXPECT_EQ(make_verifier(R"({"kind":"game24","problem":"1 1 4 6","answer":"4*6*1*1"})").reference, "4*6*1*1");
}

TEST(Game24, WantsFourNumbers) {
    for (const std::string& line : std::vector<std::string>{
             R"({"kind":"game24","problem":"1 1 4"})", R"({"kind":"game24","numbers":[1,2,3,4,5]})",
             R"({"kind":"game24","problem":"one two"})", R"({"kind":"game24"})"})
        EXPECT_THAT(make_verifier(line).error, HasSubstr("four whole numbers")) << line;
}

}  // namespace
}  // namespace retort::test

#include "eval/suite_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort::test {
namespace {

using testing::HasSubstr;

TEST(SuiteCheck, CountsByKind) {
    const SuiteReport report =
        check_suite("{\"id\":\"a\",\"problem\":\"1+1?\",\"answer\":\"2\"}\n{\"id\":\"b\",\"problem\":\"why?\"}\n");
    EXPECT_EQ(report.faults.all, 0U);
    const KindCount& count = report.kinds.at("math");
    EXPECT_EQ(count.problems, 2U);
    EXPECT_EQ(count.with_reference, 1U);
    EXPECT_EQ(count.judged, 1U);
}

TEST(SuiteCheck, ListsEveryFaultByLine) {
    const SuiteReport report = check_suite(
        "no JSON\n"
        "{\"id\":\"a\",\"problem\":\"x\",\"answer\":\"$\\\\frac{1}{\"}\n"
        "\n"
        "{\"id\":\"a\",\"problem\":\"y\",\"answer\":\"2\"}\n"
        "{\"id\":\"b\",\"problem\":\"z\",\"kind\":\"poetry\"}\n"
        "{\"id\":\"c\",\"problem\":\"z\",\"answer\":\"3\"}\n");
    std::vector<std::size_t> places;
    for (const SuiteFault& fault : report.faults.kept) places.push_back(fault.place);
    EXPECT_THAT(places, testing::IsSupersetOf({1U, 4U, 5U}));
    EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
    EXPECT_THAT(report.faults.kept.back().what, HasSubstr("poetry"));
    EXPECT_EQ(report.kinds.at("math").problems, 2U);
}

TEST(SuiteCheck, AReferenceThatIsNotItsOwnAnswerIsAFault) {
    const SuiteReport report = check_suite(
        "{\"id\":\"a\",\"kind\":\"countdown\",\"numbers\":[1,2,3],\"target\":6,\"answer\":\"1 + 2 * 3\"}\n"
        "{\"id\":\"b\",\"kind\":\"countdown\",\"numbers\":[1,2,3],\"target\":6,\"answer\":\"1 + 2 + 3\"}\n");
    ASSERT_EQ(report.faults.all, 1U);
    EXPECT_EQ(report.faults.kept[0].place, 1U);
    EXPECT_THAT(report.faults.kept[0].what,
                HasSubstr("problem a: its reference \"1 + 2 * 3\", read as an answer, is judged different"));
}

TEST(SuiteCheck, AWordIsAReferenceToo) {
    const SuiteReport report = check_suite("{\"id\":\"a\",\"problem\":\"Which?\",\"answer\":\"\\\\text{ellipse}\"}\n");
    EXPECT_EQ(report.faults.all, 0U);
}

TEST(SuiteCheck, AMisspeltKeyIsAWarning) {
    const SuiteReport report = check_suite(
        "{\"id\":\"a\",\"problem\":\"x\",\"anwser\":\"2\"}\n"
        "{\"id\":\"b\",\"problem\":\"y\",\"anwser\":\"3\"}\n"
        "{\"id\":\"c\",\"kind\":\"countdown\",\"number\":[1,2,3],\"target\":6}\n");
    ASSERT_EQ(report.warnings.size(), 2U);
    EXPECT_EQ(report.warnings[0].place, 1U);
    EXPECT_THAT(report.warnings[0].what,
                HasSubstr("\"anwser\" is not known and not read (2 lines): did you mean \"answer\"?"));
    EXPECT_EQ(report.warnings[1].place, 3U);
    EXPECT_THAT(report.warnings[1].what, HasSubstr("did you mean \"numbers\"?"));
    EXPECT_EQ(report.faults.all, 1U) << "the third line lacks its numbers";
}

TEST(SuiteCheck, KeysOfOnesOwnAreNoWarning) {
    const SuiteReport report = check_suite(
        "{\"id\":\"a\",\"problem\":\"x\",\"answer\":\"2\",\"answers\":[2],\"hint\":\"y\",\"level\":3,\"subject\":\"z\","
        "\"tests\":1}\n");
    EXPECT_TRUE(report.warnings.empty());
}

TEST(SuiteCheck, AnEmptyFileIsAFault) {
    EXPECT_THAT(check_suite("\n").faults.kept.at(0).what, HasSubstr("found none"));
}

TEST(SuiteCheck, ManyFaultsAreCountedAndTheFirstKept) {
    std::string text;
    for (int i = 0; i < 5'000; ++i) text += "x\n";
    const SuiteReport report = check_suite(text);
    EXPECT_EQ(report.faults.all, 5'000U);
    EXPECT_EQ(report.faults.kept.size(), 1'000U);
}

}  // namespace
}  // namespace retort::test

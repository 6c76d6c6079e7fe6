#include "eval/suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort::test {
namespace {

using testing::HasSubstr;

TEST(Suite, ReadsProblemsAndIgnoresWhatItDoesNotKnow) {
    const auto suite = parse_suite("s",
                                   "\n{\"id\":\"a\",\"problem\":\"1+1?\",\"answer\":\"2\",\"level\":5}\n"
                                   "{\"id\":7,\"problem\":\"why?\"}\n");
    ASSERT_TRUE(suite) << suite.error().message;
    ASSERT_EQ(suite->problems.size(), 2U);
    EXPECT_EQ(suite->problems[0].problem.reference, "2");
    EXPECT_TRUE(suite->problems[0].problem.verifier->can_judge());
    EXPECT_EQ(suite->problems[1].problem.id, "7");
    EXPECT_FALSE(suite->problems[1].problem.verifier->can_judge());
}

TEST(Suite, NamesTheLineOfWhatIsWrong) {
    const auto message = [](const std::string& text) { return parse_suite("f.jsonl", text).error().message; };
    EXPECT_THAT(message("{\"id\":\"a\",\"problem\":\"x\"}\nno JSON"), HasSubstr("f.jsonl:2: expected a JSON object"));
    EXPECT_THAT(message("{\"problem\":\"x\"}"), HasSubstr("f.jsonl:1: expected \"id\""));
    EXPECT_THAT(message("{\"id\":\"a\",\"problem\":\"x\"}\n{\"id\":\"a\",\"problem\":\"y\"}"), HasSubstr("f.jsonl:2"));
    EXPECT_THAT(message("{\"id\":\"a\",\"problem\":\"x\",\"kind\":\"poetry\"}"), HasSubstr("known are: math"));
    EXPECT_THAT(message("\n\n"), HasSubstr("found none"));
}

}  // namespace
}  // namespace retort::test

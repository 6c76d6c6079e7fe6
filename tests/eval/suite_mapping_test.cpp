#include "eval/suite_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace retort::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(SuiteMapping, GivesTheirFieldsOurNamesAndKeepsTheRest) {
    SuiteMapping mapping;
    mapping.kind = "code";
    mapping.fields = {{"id", "task_id"}, {"problem", "prompt"}, {"answer", "canonical_solution"}};
    const auto text = mapped_suite(
        "h", "{\"task_id\":\"H/0\",\"prompt\":\"def f():\",\"canonical_solution\":\"  pass\",\"test\":\"f()\"}\n",
        mapping);
    ASSERT_TRUE(text);
    EXPECT_EQ(*text,
              "{\"id\":\"H/0\",\"kind\":\"code\",\"problem\":\"def f():\",\"answer\":\"  pass\",\"test\":\"f()\"}\n");
}

TEST(SuiteMapping, CutsTheAnswerOutOfASolution) {
    SuiteMapping mapping;
    mapping.fields = {{"problem", "question"}};
    mapping.answer_after = "####";
    const auto text = mapped_suite("g", "\n{\"question\":\"q\",\"answer\":\"so #### 1\\n#### 1,200 \"}\n", mapping);
    ASSERT_TRUE(text) << text.error().message;
    const json line = json::parse(*text);
    EXPECT_EQ(line["id"], "g-1");
    EXPECT_EQ(line["answer"], "1,200");
    EXPECT_EQ(line["solution"], "so #### 1\n#### 1,200 ");
    EXPECT_FALSE(line.contains("question"));
}

TEST(SuiteMapping, LeavesOutInstructionsToTheModel) {
    SuiteMapping mapping;
    mapping.problem_until = "\nPlease";
    const auto text = mapped_suite("s", "{\"id\":7,\"problem\":\"1+1?\\nPlease think.\",\"answer\":2}", mapping);
    ASSERT_TRUE(text);
    EXPECT_EQ(json::parse(*text)["problem"], "1+1?");
    EXPECT_EQ(json::parse(*text)["id"], "s-7");
}

TEST(SuiteMapping, NamesTheLineOfWhatIsNotThere) {
    SuiteMapping mapping;
    mapping.fields = {{"problem", "question"}};
    EXPECT_THAT(mapped_suite("s", "{\"question\":\"q\"}\n{\"id\":1}", mapping).error().message,
                HasSubstr("s:2: expected \"question\""));
    EXPECT_THAT(mapped_suite("s", "[]", {}).error().message, HasSubstr("s:1: expected a JSON object"));
    mapping.answer_after = "####";
    EXPECT_THAT(mapped_suite("s", "{\"question\":\"q\",\"answer\":\"7\"}", mapping).error().message,
                HasSubstr("expected \"####\""));
}

}  // namespace
}  // namespace retort::test

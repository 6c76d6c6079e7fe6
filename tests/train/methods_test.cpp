#include "train/run/methods.h"

#include <gmock/gmock.h>

namespace retort::test {
namespace {

using testing::HasSubstr;

TEST(Methods, SettingsStandBehindTheOperator) {
    const PromptSet& prompts = compiled_prompt_sets().front();
    const auto method = train::method_from("pdr:4 think=160 final_think=320 distiller=full max_answer=48", prompts);
    ASSERT_TRUE(method) << method.error().message;
    EXPECT_EQ(method->schedule.rounds.at(0).think, 160);
    EXPECT_EQ(method->schedule.rounds.at(0).distil.kind, DistillerKind::full);
    EXPECT_EQ(method->schedule.finish.think, 320);
    EXPECT_EQ(method->schedule.finish.max_answer, 48);
    EXPECT_EQ(train::method_from("pdr:4 think=160", prompts)->schedule.finish.think, 160);
    EXPECT_THAT(train::method_from("pdr:4 thinking=1", prompts).error().message, HasSubstr("known are distiller, k"));
    EXPECT_THAT(train::method_from("pdr:4 think=x", prompts).error().message, HasSubstr("whole number"));
}

}  // namespace
}  // namespace retort::test

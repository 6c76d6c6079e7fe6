#include "train/run/resume_rules.h"

#include <gmock/gmock.h>

namespace retort::train::test {
namespace {

using ::testing::HasSubstr;

TrainConfig config_of(const std::vector<std::string>& words) {
    return parse_config("run.toml", "task = 'countdown'\nsft.steps = 4\nrl.steps = 4\n", words).value();
}

const Digests kContents{{"s.jsonl (data.suite)", "aaaaaaaaaaaaaaaa"}};

Outcome<std::vector<ConfigChange>> changes(const std::vector<std::string>& words, const Digests& now = kContents) {
    const RunInputs before{to_toml(config_of({}), false), kContents};
    return changes_since(before, config_of(words), now, "run/checkpoint-000004.retort");
}

TEST(ResumeRules, TheSameConfigurationHasNoChanges) {
    const auto none = changes({});
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
}

TEST(ResumeRules, LengthPlaceAndCheckpointsMayChangeAndAreNotToldOf) {
    const auto none = changes({"run=/elsewhere", "sft.steps=9", "rl.steps=9", "checkpoint_every=7", "save=f16"});
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_TRUE(none->empty());
}

TEST(ResumeRules, HowItIsLearntMayChangeAndIsToldOf) {
    const auto found = changes({"rl.lr=0.5", "rl.surrogate=clip", "rl.updates=2"});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(text_of(*found), "rl.lr 0.001 -> 0.5, rl.surrogate \"cispo\" -> \"clip\", rl.updates 4 -> 2");
}

TEST(ResumeRules, WhatIsDrawnMayNotChange) {
    for (const std::string word : {"seed=1", "rl.prompts=3", "rl.temperature=0.5", "rl.trace.think=5", "data.count=3",
                                   "reward.length=-1", "async=1", "model.width=64", "sft.batch_tokens=100"}) {
        const auto refused = changes({word, "rl.lr=0.5"});
        ASSERT_FALSE(refused) << word;
        EXPECT_EQ(refused.error().kind, ErrorKind::usage);
        EXPECT_THAT(refused.error().message, HasSubstr("run/checkpoint-000004.retort was written under another "));
        EXPECT_THAT(refused.error().message, HasSubstr(word.substr(0, word.find('='))));
    }
}

TEST(ResumeRules, AnotherValueThanTheStandardOneOfAKeyThatTheCheckpointDoesNotKnowIsRefused) {
    const RunInputs before{"seed = 0\n", {}};
    const auto refused = changes_since(before, config_of({}), {}, "c");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("task \"\" -> \"countdown\""));
}

TEST(ResumeRules, ContentsThatChangedAreNamed) {
    const auto refused = changes({}, {{"s.jsonl (data.suite)", "bbbbbbbbbbbbbbbb"}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message,
                HasSubstr("s.jsonl (data.suite) changed since run/checkpoint-000004.retort was "
                          "written (digest aaaaaaaaaaaa, now bbbbbbbbbbbb)"));
    EXPECT_TRUE(changes({}, {{"other.jsonl (eval.suite)", "b"}})) << "read for the first time";
}

TEST(ResumeRules, AKeyThatIsNewerThanTheCheckpointHadItsStandardValue) {
    const TrainConfig config;
    std::string before = to_toml(config, false);
    for (const std::string key : {"tinker.sampler.model", "rl.generations"}) {
        const std::size_t at = before.find(key + " = ");
        ASSERT_NE(at, std::string::npos);
        before.erase(at, before.find('\n', at) + 1 - at);
    }
    const auto same = changes_since({before, {}}, config, {}, "run/checkpoint");
    ASSERT_TRUE(same) << same.error().message;
    EXPECT_TRUE(same->empty());
    TrainConfig other;
    other.rl.generations = 99;
    EXPECT_FALSE(changes_since({before, {}}, other, {}, "run/checkpoint"));
}

TEST(ResumeRules, KeysOfTheRulesAreKeysOfTheConfiguration) {
    TrainConfig config;
    int free = 0;
    for (const ConfigKey& key : config_keys(config)) free += on_resume(key.name) == OnResume::free;
    EXPECT_EQ(free, 21);
    const std::string explained = to_toml(config);
    EXPECT_THAT(explained, HasSubstr("highest learning rate of AdamW (may change on --resume)"));
    EXPECT_EQ(on_resume("nothing"), OnResume::fixed);
}

}  // namespace
}  // namespace retort::train::test

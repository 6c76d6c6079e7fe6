#include "model/llama/jinja_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "llama/chat_templates.h"
#include "model/llama/jinja_engine.h"

namespace retort::llama {
namespace {

using namespace retort::testing;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kSomeDay = 1767225600;  // 1 January 2026, 0:00 UTC

class JinjaTemplateTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!has_jinja()) GTEST_SKIP() << "built without llama.cpp's source";
    }

    static JinjaTemplate opened(const std::string& source) {
        return JinjaTemplate::open(source, {"<s>", "</s>", kSomeDay}).value();
    }

    static std::string why_not(const std::string& source) {
        const auto out = JinjaTemplate::open(source, {"<s>", "</s>", kSomeDay});
        return out ? "it is rendered" : out.error().message;
    }

    static std::string text(const std::string& source, std::vector<Message> messages, bool think = true) {
        const auto texts = opened(source).render({std::move(messages)}, think);
        return texts ? texts->front() : "error: " + texts.error().message;
    }
};

TEST_F(JinjaTemplateTest, ASystemMessageThatTheTemplateAddsIsThere) {
    EXPECT_EQ(text(kOwnSystemTemplate, {{"user", "hi"}}),
              "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
    EXPECT_EQ(text(kOwnSystemTemplate, {{"system", "Be brief."}, {"user", "hi"}}),
              "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
}

TEST_F(JinjaTemplateTest, RendersSeveralConversations) {
    const auto texts = opened(kPartsTemplate).render({{{"user", "a"}}, {{"user", "b"}}}, true).value();
    EXPECT_THAT(texts, ::testing::ElementsAre("user: a;assistant: ", "user: b;assistant: "));
    EXPECT_TRUE(opened(kPartsTemplate).render({}, true).value().empty());
}

TEST_F(JinjaTemplateTest, ThinkingIsSwitchedByTheTemplate) {
    EXPECT_THAT(text(kSwitchedThinkingTemplate, {{"user", "x"}}, true), ::testing::EndsWith("assistant\n"));
    EXPECT_THAT(text(kSwitchedThinkingTemplate, {{"user", "x"}}, false),
                ::testing::EndsWith("assistant\n<think>\n\n</think>\n\n"));
}

TEST_F(JinjaTemplateTest, ContentsAreReadByTheTemplate) {
    const std::vector<Message> talk{{"user", "a"}, {"assistant", "<think>\nhm\n</think>\n\nb"}, {"user", "c"}};
    for (const char* source : {kSwitchedThinkingTemplate, kOpenedThinkingTemplate}) {
        EXPECT_THAT(text(source, talk), HasSubstr("b"));
        EXPECT_THAT(text(source, talk), Not(HasSubstr("hm"))) << "the reasoning of an earlier turn";
    }
}

TEST_F(JinjaTemplateTest, TokensAndDateAreGiven) {
    EXPECT_EQ(text(kDatedTemplate, {{"system", " S "}, {"user", " U\n"}}),
              "<s><|head|>system<|/head|>\n\nToday: 01 Jan 2026\n\nS<|eot|><|head|>user<|/head|>\n\nU<|eot|>"
              "<|head|>assistant<|/head|>\n\n");
    EXPECT_TRUE(opened(kDatedTemplate).dated());
    EXPECT_FALSE(opened(kOwnSystemTemplate).dated());
    EXPECT_EQ(text(kOpenedThinkingTemplate, {{"system", "S"}, {"user", "a"}, {"assistant", "b"}, {"user", "c"}}),
              "<s>S<|U|>a<|A|>b</s><|U|>c<|A|><think>\n");
}

TEST_F(JinjaTemplateTest, ASystemMessageThatIsNotTakenGoesToTheUsersFirst) {
    EXPECT_EQ(text(kNoSystemTemplate, {{"system", "S"}, {"user", "a"}, {"assistant", "b"}, {"user", "c"}}),
              "<s><turn>user\nS\na</turn>\n<turn>model\nb</turn>\n<turn>user\nc</turn>\n<turn>model\n");
    EXPECT_EQ(text(kNoSystemTemplate, {{"system", "S"}}), "<s><turn>user\nS</turn>\n<turn>model\n");
}

TEST_F(JinjaTemplateTest, WhatTheTemplateRefusesIsItsOwnWords) {
    EXPECT_THAT(text(kNoSystemTemplate, {{"user", "a"}, {"user", "b"}}), HasSubstr("roles must alternate"));
}

TEST_F(JinjaTemplateTest, ContentsAreListsOfPartsWhereTheTemplateWantsThem) {
    EXPECT_EQ(text(kPartsTemplate, {{"system", "S"}, {"user", "U"}}), "system: S;user: U;assistant: ");
}

TEST_F(JinjaTemplateTest, ATemplateThatIsWrongSaysWhy) {
    EXPECT_THAT(why_not("{% for m in messages %}{{ m.content }}"), HasSubstr("Unexpected token"));
    EXPECT_THAT(why_not("{{ messages[0].content | no_such_filter }}"), HasSubstr("no_such_filter"));
    EXPECT_THAT(why_not("{{ whatever }}"), HasSubstr("leaves out"));
    EXPECT_THAT(why_not(std::string(std::size_t{1} << 20, ' ') + kOwnSystemTemplate), HasSubstr("bytes"));
    EXPECT_THAT(why_not(std::string("\0\xFF{{", 4)), Not(HasSubstr("is rendered")));
}

// Each ends in a moment or at its bound, and none takes this process with it.
TEST_F(JinjaTemplateTest, ATemplateThatNeverEndsIsEnded) {
    const std::string loops = "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}";
    EXPECT_THAT(why_not(loops + kOwnSystemTemplate), HasSubstr("s on a core"));
}

TEST_F(JinjaTemplateTest, ATemplateThatTakesAllMemoryIsEnded) {
    const auto ended = ::testing::AnyOf(HasSubstr("memory"), HasSubstr("s on a core"), HasSubstr("broke down"),
                                        HasSubstr("wrote more"));
    EXPECT_THAT(why_not("{% for i in range(1000000000000) %}{% endfor %}"), ended);
    EXPECT_THAT(why_not("{{ 'x' * 1000000000000 }}"), ended);
    EXPECT_THAT(
        why_not(
            "{% set ns = namespace(x='xxxxxxxx') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"),
        ended);
    EXPECT_THAT(why_not("{{ 'x' | indent(100000000000, true) }}"), Not(HasSubstr("is rendered")));
}

TEST_F(JinjaTemplateTest, ATemplateThatBreaksTheEngineIsAnError) {
    const auto broken = HasSubstr("broke down");
    EXPECT_THAT(why_not("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"), broken);
    EXPECT_THAT(why_not("{{ " + std::string(100000, '(') + " }}"), broken);
    EXPECT_THAT(why_not("{% set a = [] %}{{ a.append(a) }}"), broken);
    EXPECT_THAT(why_not("{{ 1 is divisibleby(0) }}"), broken);
    EXPECT_EQ(text(kOwnSystemTemplate, {{"system", "S"}, {"user", "U"}}).substr(0, 21), "<|im_start|>system\nS<");
}

TEST_F(JinjaTemplateTest, LongConversationsAreRendered) {
    const std::string paragraph(std::size_t{1} << 20, 'w');
    std::vector<Message> talk;
    for (int i = 0; i < 4; ++i) {
        talk.push_back({"user", paragraph});
        talk.push_back({"assistant", paragraph});
    }
    EXPECT_GT(text(kSwitchedThinkingTemplate, talk).size(), 8 * paragraph.size());
}

}  // namespace
}  // namespace retort::llama

#include "train/tasks/example_file.h"

#include <gmock/gmock.h>

#include <set>

namespace retort::train::test {
namespace {

using ::testing::HasSubstr;

ExampleStyle style(bool marks = false) {
    PromptSet prompts;
    prompts.marker = "SOLUTION";
    prompts.templates["draft"] = {"draft", "Solve {{problem}}, then {{marker}}", ""};
    return {prompts, marks};
}

Example only(const std::string& line, const ExampleStyle& how = style()) {
    return ExampleFile::parse("mine.jsonl", line, how).value().example(1, 0, 0);
}

std::string written(const Example& example) {
    std::string out;
    for (const Span& span : example.completion) {
        EXPECT_TRUE(span.learn);
        EXPECT_FALSE(span.marked) << "what a user wrote holds no control tokens";
        out += span.text;
    }
    return out;
}

TEST(ExampleFile, AProblemIsAskedAsADraftIsAndItsSolutionLearnt) {
    const Example example = only(R"({"problem": "2 + 3", "solution": "5", "id": 7})");
    ASSERT_EQ(example.prompt.size(), 1U);
    EXPECT_EQ(example.prompt[0].content, "Solve 2 + 3, then SOLUTION");
    EXPECT_EQ(written(example), "5");
    EXPECT_TRUE(example.ends);
    EXPECT_FALSE(example.think);
}

TEST(ExampleFile, ReasoningStandsWhereTheModelWritesIt) {
    const std::string line = R"({"problem": "2 + 3", "reasoning": "two, three", "solution": "5"})";
    EXPECT_EQ(written(only(line)), "two, three\n\nSOLUTION\n\n5");
    const Example marked = only(line, style(true));
    EXPECT_EQ(marked.reasoning, "two, three");
    EXPECT_EQ(written(marked), "5");
    EXPECT_TRUE(marked.think);
    EXPECT_EQ(written(only(R"({"problem": "p", "reasoning": "r", "solution": "so\n**Solution:** 5"})")),
              "r\n\nso\n**Solution:** 5")
        << "the marker is there";
}

TEST(ExampleFile, OfAConversationTheLastMessageIsLearnt) {
    const Example example =
        only(R"({"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}, )"
             R"({"role": "assistant", "content": "a"}]})");
    ASSERT_EQ(example.prompt.size(), 2U);
    EXPECT_EQ(example.prompt[1].content, "u");
    EXPECT_EQ(written(example), "a");
    const Example text = only(R"({"text": "once upon a time"})");
    EXPECT_TRUE(text.prompt.empty());
    EXPECT_EQ(written(text), "once upon a time");
}

TEST(ExampleFile, EveryEpochHasEachExampleOnceInAnOrderOfItsOwn) {
    for (const std::uint64_t size : {1U, 2U, 3U, 100U}) {
        std::string lines;
        for (std::uint64_t i = 0; i < size; ++i) lines += R"({"text": "n)" + std::to_string(i) + "\"}\n\n";
        const auto file = ExampleFile::parse("f", lines, style()).value();
        std::set<std::vector<std::string>> orders;
        for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
            std::vector<std::string> order;
            for (std::uint64_t i = 0; i < size; ++i) order.push_back(written(file.example(3, epoch * size + i, 0)));
            EXPECT_EQ(std::set<std::string>(order.begin(), order.end()).size(), size);
            EXPECT_EQ(written(file.example(3, epoch * size, 1)), order[0]);
            orders.insert(order);
        }
        if (size == 100) EXPECT_EQ(orders.size(), 3U);
    }
}

TEST(ExampleFile, WhatCannotBeLearntIsRefusedByItsLine) {
    const auto error = [](const std::string& text) {
        const auto file = ExampleFile::parse("mine.jsonl", text, style());
        return file ? std::string() : file.error().message;
    };
    const std::string good = "{\"text\": \"x\"}\n";
    EXPECT_THAT(error(good + "\n[1]"), HasSubstr("mine.jsonl:3: expected a JSON object a line"));
    EXPECT_THAT(error(good + "{\"text\": \"\xFF\"}"), HasSubstr("mine.jsonl:2: expected a JSON object a line"));
    for (const std::string line :
         {R"({"problem": "p"})", R"({"problem": "p", "solution": " "})", R"({"text": 3})", R"({"messages": []})",
          R"({"messages": [{"role": "user", "content": "u"}, {"role": "user", "content": "u"}]})",
          R"({"messages": [{"role": "tool", "content": "u"}, {"role": "assistant", "content": "u"}]})"})
        EXPECT_THAT(error(good + line), HasSubstr("mine.jsonl:2: expected \"problem\" and \"solution\"")) << line;
    EXPECT_THAT(error("\n\n"), HasSubstr("holds no example"));
    EXPECT_THAT(ExampleFile::load("/nowhere.jsonl", style()).error().message, HasSubstr("sft.examples: "));
}

TEST(ExampleFile, ExamplesAreTakenOutByPlace) {
    auto file = ExampleFile::parse("f", R"({"text": "a"}
{"problem": "b", "solution": "s"}
{"text": "c"})",
                                   style())
                    .value();
    EXPECT_THAT(file.questions(), ::testing::ElementsAre("a", "b", "c"));
    file.remove({0, 1});
    ASSERT_EQ(file.size(), 1U);
    EXPECT_EQ(written(file.example(1, 5, 0)), "c");
}

}  // namespace
}  // namespace retort::train::test

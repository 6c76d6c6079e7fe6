#include "model/llama/generation.h"

#include <gtest/gtest.h>

namespace retort::llama {
namespace {

constexpr ReasoningMarks kThink{"<think>", "</think>"};

ReasoningRules thinking_rules() {
    return {&kThink, {900, 901}, 800, 801};
}

// Writes tokens of one letter until the generation is done; returns the completion.
Completion run(Generation& generation, const std::vector<std::string>& pieces) {
    TokenId id = 1;
    for (const std::string& piece : pieces) {
        if (generation.done()) break;
        generation.take({id++, -0.5F}, piece, piece == "<end>");
        generation.forced();
    }
    Completion out;
    generation.finish(generation.natural_finish(), out);
    return out;
}

const std::vector<std::string> kLetters(50, "x");

TEST(Generation, WithoutMarksThinkAndAnswerAreOneLimit) {
    const ReasoningRules none;
    Generation generation(none, {5, 3, false}, false, true);
    const Completion out = run(generation, kLetters);
    EXPECT_EQ(out.finish, Finish::length);
    EXPECT_EQ(out.usage.out, 8);
    EXPECT_EQ(out.usage.reasoning, 0);
    EXPECT_EQ(out.text, "xxxxxxxx");
    EXPECT_EQ(out.thinking, ThinkingControl::none);
    EXPECT_EQ(out.trace.ids.size(), 8U);
}

TEST(Generation, StopsAtTheEndTokenAndCountsIt) {
    const ReasoningRules none;
    Generation generation(none, {0, 10, false}, false, true);
    const Completion out = run(generation, {"a", "b", "<end>", "c"});
    EXPECT_EQ(out.finish, Finish::stop);
    EXPECT_EQ(out.usage.out, 3);
    EXPECT_EQ(out.text, "ab");
    EXPECT_EQ(out.trace.ids, (std::vector<TokenId>{1, 2, 3}));
}

TEST(Generation, ReasoningBeyondItsBudgetIsEndedByForce) {
    const ReasoningRules rules = thinking_rules();
    Generation generation(rules, {4, 5, false}, true, true);
    const Completion out = run(generation, kLetters);
    EXPECT_TRUE(out.thinking_cut);
    EXPECT_EQ(out.thinking, ThinkingControl::in_process);
    EXPECT_EQ(out.reasoning, "xxxx");
    EXPECT_EQ(out.text, "xxx");
    EXPECT_EQ(out.usage.reasoning, 4);
    EXPECT_EQ(out.usage.out, 9) << "4 of reasoning, 2 forced, 3 of answer: think + max_answer in all";
    EXPECT_EQ(out.trace.ids, (std::vector<TokenId>{1, 2, 3, 4, 900, 901, 5, 6, 7}));
    EXPECT_EQ(out.trace.forced, (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 1, 0, 0, 0}));
    EXPECT_EQ(out.trace.logprobs[4], 0.0F);
    EXPECT_EQ(out.finish, Finish::length);
}

TEST(Generation, ReasoningThatEndsByItselfIsNotCut) {
    const ReasoningRules rules = thinking_rules();
    Generation generation(rules, {10, 3, false}, false, false);
    const Completion out = run(generation, {"<think>", "a", "b", "</think>", "\n", "1", "2", "3", "4"});
    EXPECT_FALSE(out.thinking_cut);
    EXPECT_EQ(out.reasoning, "ab");
    EXPECT_EQ(out.text, "12");
    EXPECT_EQ(out.usage.reasoning, 4) << "both marks are part of it";
    EXPECT_EQ(out.usage.out, 7);
    EXPECT_TRUE(out.trace.ids.empty());
}

TEST(Generation, AThinkingModelThatDoesNotThinkHasTheAnswersLimitAlone) {
    const ReasoningRules rules = thinking_rules();
    Generation generation(rules, {10, 3, false}, false, false);
    const Completion out = run(generation, kLetters);
    EXPECT_EQ(out.text, "xxx");
    EXPECT_EQ(out.usage.reasoning, 0);
}

TEST(Generation, MarksInPiecesAreCountedWhenTheyShow) {
    const ReasoningRules rules = thinking_rules();
    Generation generation(rules, {10, 3, false}, false, false);
    const Completion out = run(generation, {"<", "think", ">", "a", "</", "think", ">", "1", "<end>"});
    EXPECT_EQ(out.usage.reasoning, 7);
    EXPECT_EQ(out.text, "1");
    EXPECT_EQ(out.finish, Finish::stop);
}

TEST(Generation, TheEndOfReasoningAtTheLastTokenOfItsBudgetIsNoCut) {
    const ReasoningRules rules = thinking_rules();
    Generation generation(rules, {2, 2, false}, true, false);
    const Completion out = run(generation, {"a", "</think>", "1", "2"});
    EXPECT_FALSE(out.thinking_cut);
    EXPECT_EQ(out.usage.out, 4);
}

TEST(Generation, IgnoringTheEndGoesToTheLimit) {
    const ReasoningRules none;
    Generation generation(none, {0, 4, true}, false, false);
    EXPECT_EQ(run(generation, {"a", "<end>", "b", "<end>", "c"}).usage.out, 4);
}

TEST(Generation, PiecesAreHandedOutOnce) {
    const ReasoningRules none;
    Generation generation(none, {0, 4, false}, false, false);
    generation.take({1, 0}, "a", false);
    EXPECT_EQ(generation.ready().size(), 1U);
    EXPECT_TRUE(generation.ready().empty());
    generation.take({2, 0}, "\xE2", false);
    EXPECT_TRUE(generation.ready().empty());
    Completion out;
    generation.finish(Finish::cancelled, out);
    EXPECT_EQ(generation.ready().size(), 1U) << "what was kept back, at the end";
    EXPECT_EQ(out.text, "a\xEF\xBF\xBD");
    EXPECT_EQ(out.finish, Finish::cancelled);
}

}  // namespace
}  // namespace retort::llama

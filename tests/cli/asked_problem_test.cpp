#include "operator/asked_problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/plan.h"

namespace retort::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

const PromptSet& countdown() {
    return prompt_set_for("countdown");
}

ScopedProblem scoped(const std::string& text) {
    return scoped_problem(text, std::nullopt, countdown(), "countdown");
}

AskedProblem ask(const std::string& text) {
    return scoped(text).asked;
}

std::string beyond(const std::string& text) {
    return scoped(text).beyond;
}

Settings settings(const std::map<std::string, std::string>& flags) {
    return merge_settings(flags, [](const std::string&) { return std::nullopt; }, {}).value();
}

TEST(AskedProblem, IsPutIntoTheWordsThatTheModelKnows) {
    const AskedProblem asked = ask("Use 3, 7, 8, 13 to make 50");
    EXPECT_EQ(beyond("Use 3, 7, 8, 13 to make 50"), "");
    EXPECT_EQ(
        asked.problem.text,
        "Write an arithmetic expression that equals 50. It must use each of the numbers 3, 7, 8 and 13 exactly once, "
        "and no other number. Only +, -, *, / and parentheses are allowed. The answer is the expression itself.");
    EXPECT_EQ(asked.shown(), "Use 3, 7, 8, 13 to make 50");
    ASSERT_TRUE(asked.problem.verifier);
    EXPECT_EQ(asked.problem.verifier->judge("(13 - 8) * (3 + 7)").verdict, Verdict::equal);
    EXPECT_EQ(asked.problem.verifier->judge("7 * 8 - 13 + 3").verdict, Verdict::different);
    EXPECT_EQ(ask("3 7 8 13 = 50").problem.id, asked.problem.id);
    EXPECT_EQ(ask(asked.problem.text).problem.id, asked.problem.id);
}

TEST(AskedProblem, TheExampleThatIsNamedCanBeAsked) {
    EXPECT_EQ(beyond(countdown().scope->example), "");
}

TEST(AskedProblem, WhatTheModelDoesNotKnowIsSaid) {
    EXPECT_THAT(beyond("Use 3, 7, 25, 50 to make 114"),
                AllOf(HasSubstr("knows Countdown with 4 whole numbers from 1 to 15 and a target from 10 to 60"),
                      HasSubstr("not from 1 to 15: 25, 50; its target is 114"),
                      HasSubstr("It can be asked: \"" + countdown().scope->example + "\"")));
    EXPECT_THAT(beyond("Use 3, 7 and 5 to make 15"), HasSubstr("it has 3 numbers"));
    EXPECT_THAT(beyond("Use 0, 3, 7 and 5 to make 15"), HasSubstr("not from 1 to 15: 0"));
    EXPECT_THAT(beyond("What color is the sky?"), HasSubstr("does not name a few numbers and one target"));
}

TEST(AskedProblem, AModelWithoutAScopeIsAskedAsTheUserDid) {
    const ScopedProblem plain = scoped_problem("3 7 8 13 50", "x", prompt_set_for("m"), "m");
    EXPECT_EQ(plain.asked.problem.text, "3 7 8 13 50");
    EXPECT_EQ(plain.asked.problem.reference, "x");
    EXPECT_EQ(plain.asked.problem.verifier, nullptr);
    EXPECT_THAT(plain.asked.line, IsEmpty());
    EXPECT_THAT(plain.beyond, IsEmpty());
}

TEST(AskedProblem, BeyondTheScopeIsRefusedUnlessTheModelWasNamedAndAWarningThen) {
    PlanContext context;
    const auto plan = [&](const std::map<std::string, std::string>& flags, bool dry_run) {
        SolveArguments arguments;
        arguments.dry_run = dry_run;
        return plan_run(arguments, settings(flags), "Use 3, 7, 25, 50 to make 114", "countdown", context);
    };
    const auto refused = plan({}, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_THAT(refused.error().message, AllOf(HasSubstr("its target is 114"), HasSubstr("--url")));
    for (const auto& taken : {plan({}, true), plan({{"model", "countdown"}}, false)}) {
        ASSERT_TRUE(taken) << taken.error().message;
        EXPECT_THAT(taken->warnings, testing::ElementsAre(HasSubstr("its target is 114")));
        EXPECT_TRUE(taken->config.problem.verifier);
    }
}

TEST(AskedProblem, ComesBackFromAJournalWithItsVerifier) {
    RunConfig config;
    static_cast<AskedProblem&>(config) = ask("3 7 8 13 50");
    config.schedule = parse_operator("cot", {}).value();
    config.model = config.distill_model = config.judge_model = config.final_model = "countdown";
    const auto back = config_from_json(config_json(config));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->shown(), "3 7 8 13 50");
    EXPECT_EQ(back->problem.text, config.problem.text);
    ASSERT_TRUE(back->problem.verifier);
    EXPECT_TRUE(back->problem.verifier->can_judge());
    EXPECT_EQ(config_json(*back), config_json(config));
}

TEST(AskedProblem, ARecordedRunIsThatOfItsProblemAlone) {
    const Settings none = settings({});
    const auto planned = plan_run({}, none, "3 7 8 13 50", "countdown", {});
    ASSERT_TRUE(planned) << planned.error().message;
    const std::string recorded = config_json(planned->config);
    const auto same = plan_recorded(recorded, {}, none, "3 7 8 13 50", {});
    ASSERT_TRUE(same);
    EXPECT_THAT(same->differences, IsEmpty());
    const auto other = plan_recorded(recorded, {}, none, "3 7 8 13 51", {});
    ASSERT_TRUE(other);
    EXPECT_THAT(other->differences, testing::ElementsAre(HasSubstr("the problem")));
}

TEST(AskedProblem, TextsOfOtherProblemsAreBeyondTheScope) {
    EXPECT_FALSE(is_beyond(*countdown().scope, "Use 3, 7, 8, 13 to make 50"));
    EXPECT_TRUE(is_beyond(*countdown().scope, "Use 3, 7, 25, 50 to make 114"));
    EXPECT_TRUE(is_beyond(*countdown().scope, "1 + 1?"));
}

}  // namespace
}  // namespace retort::cli

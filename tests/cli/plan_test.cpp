#include "cli/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Settings settings(const std::map<std::string, std::string>& flags) {
    return merge_settings(flags, [](const std::string&) { return std::nullopt; }, {}).value();
}

SolvePlan plan(const std::map<std::string, std::string>& flags, const std::string& model = "m") {
    return plan_run({}, settings(flags), "1 + 1?", model, {}).value();
}

TEST(Plan, DefaultsComeFromTheModelsPrompts) {
    const SolvePlan general = plan({});
    EXPECT_EQ(general.prompts.name, "default");
    EXPECT_EQ(general.config.schedule.name, "pdr:8,4");
    EXPECT_EQ(general.config.schedule.finish.think, 8192);
    const SolvePlan small = plan({}, "SmolLM2-135M-Instruct.Q4_1.gguf");
    EXPECT_EQ(small.prompts.name, "smollm2");
    EXPECT_EQ(small.config.schedule.rounds[0].distil.kind, DistillerKind::random);
}

TEST(Plan, OptionsOverrideDefaults) {
    const SolvePlan out = plan({{"operator", "pdr:2"},
                                {"distiller", "topk-each"},
                                {"k", "1"},
                                {"think", "5"},
                                {"max-answer", "6"},
                                {"workspace", "7"},
                                {"seed", "8"},
                                {"temperature", "0"},
                                {"budget-seq", "9"}});
    const Round& round = out.config.schedule.rounds[0];
    EXPECT_EQ(round.distil.kind, DistillerKind::topk_each);
    EXPECT_EQ(round.distil.k, 1);
    EXPECT_EQ(round.distil.workspace, 7);
    EXPECT_EQ(round.think, 5);
    EXPECT_EQ(round.max_answer, 6);
    EXPECT_EQ(out.config.settings.seed, 8u);
    EXPECT_EQ(out.config.settings.sampling.temperature, 0);
    EXPECT_EQ(out.config.settings.budget.seq, 9);
}

TEST(Plan, AFileGoesByItsNameWithoutFolders) {
    EXPECT_EQ(plan({}, "/some/where/x.gguf").config.model, "x.gguf");
    EXPECT_EQ(plan({}, "org/model").config.model, "org/model");
    EXPECT_EQ(plan({{"url", "http://h/v1"}}, "/some/where/x.gguf").config.model, "/some/where/x.gguf");
}

TEST(Plan, OptionsWithoutUseAreAWarning) {
    EXPECT_THAT(plan({{"operator", "cot"}, {"k", "2"}, {"distill-model", "x"}}).warnings,
                ElementsAre(HasSubstr("--k"), HasSubstr("--distill-model")));
    EXPECT_THAT(plan({{"operator", "pdr:2"}, {"workspace", "2"}}).warnings, IsEmpty());
}

TEST(Plan, ARoleThatMakesNoCallMakesNoOtherRun) {
    EXPECT_EQ(run_id(plan({{"operator", "vote:2"}, {"final-model", "x"}}).config),
              run_id(plan({{"operator", "vote:2"}}).config));
    EXPECT_EQ(plan({{"operator", "pdr:2"}, {"final-model", "x"}}).config.final_model, "x");
}

TEST(Plan, TheJudgesModelCountsWhereAJudgeDecides) {
    const SolvePlan judged = plan({{"operator", "best:2"}, {"judge-model", "x"}});
    EXPECT_EQ(judged.config.judge_model, "x");
    EXPECT_THAT(judged.warnings, IsEmpty());
    EXPECT_EQ(plan({{"operator", "tournament:4,2,1"}, {"judge-model", "x"}}).config.judge_model, "x");
    const SolvePlan unjudged = plan({{"operator", "vote:2"}, {"judge-model", "x"}});
    EXPECT_EQ(unjudged.config.judge_model, "m");
    EXPECT_THAT(unjudged.warnings, ElementsAre(HasSubstr("--judge-model has no effect")));
}

TEST(RecordedPlan, KeepsTheJudgesModel) {
    const SolvePlan before = plan({{"operator", "best:2"}, {"judge-model", "x"}});
    const auto again = plan_recorded(config_json(before.config), {}, settings({}), std::nullopt, {});
    ASSERT_TRUE(again);
    EXPECT_THAT(again->differences, IsEmpty());
    EXPECT_EQ(again->plan.config.judge_model, "x");
}

TEST(Plan, OraclesNeedAReference) {
    const auto out = plan_run({}, settings({{"distiller", "oracle-correct"}}), "p", "m", {});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().kind, ErrorKind::usage);
    EXPECT_THAT(out.error().message, HasSubstr("--reference"));
}

TEST(RecordedPlan, TakesEverythingFromTheJournal) {
    const SolvePlan before = plan({{"operator", "pdr:3,2"}, {"distiller", "random"}, {"k", "1"}, {"seed", "5"}});
    const auto again = plan_recorded(config_json(before.config), {}, settings({}), std::nullopt, {});
    ASSERT_TRUE(again);
    EXPECT_THAT(again->differences, IsEmpty());
    EXPECT_EQ(run_id(again->plan.config), run_id(before.config));
}

TEST(RecordedPlan, WhatIsGivenMustAgree) {
    const std::string recorded =
        config_json(plan({{"operator", "pdr:3,2"}, {"distiller", "random"}, {"k", "1"}, {"seed", "5"}}).config);
    const auto same = plan_recorded(recorded, {}, settings({{"k", "1"}, {"operator", "pdr:3,2"}}), "1 + 1?", {});
    ASSERT_TRUE(same);
    EXPECT_THAT(same->differences, IsEmpty());
    const auto other = plan_recorded(recorded, {}, settings({{"k", "2"}}), std::nullopt, {});
    ASSERT_TRUE(other);
    EXPECT_THAT(other->differences, ElementsAre("--k: 1 in the journal, 2 now"));
}

TEST(RecordedPlan, AFileMayLieElsewhere) {
    const std::string recorded = config_json(plan({}, "/here/x.gguf").config);
    const auto moved = plan_recorded(recorded, {}, settings({{"model", "/there/x.gguf"}}), std::nullopt, {});
    ASSERT_TRUE(moved);
    EXPECT_THAT(moved->differences, IsEmpty());
    const auto other = plan_recorded(recorded, {}, settings({{"model", "/there/y.gguf"}}), std::nullopt, {});
    ASSERT_TRUE(other);
    EXPECT_THAT(other->differences, ElementsAre("--model: x.gguf in the journal, /there/y.gguf now"));
}

TEST(FindModels, SayHowToGetWhatIsMissing) {
    PlanContext context;
    context.environment = [](const std::string&) { return std::nullopt; };
    context.models = parse_model_table(compiled_model_table(), "models.toml").value();
    context.models_folder = "/nowhere";
    RunConfig config;
    config.model = "smollm2-135m-instruct";
    EXPECT_THAT(find_models(config, settings({}), context).error().message,
                HasSubstr("retort model pull smollm2-135m-instruct"));
    context.shipped_folder = "/nowhere/shipped";
    config.model = "countdown";
    EXPECT_THAT(find_models(config, settings({}), context).error().message,
                HasSubstr("comes with the program and is not here: expected /nowhere/shipped/countdown.gguf"));
    config.model = "gpt-none";
    EXPECT_THAT(find_models(config, settings({}), context).error().message, HasSubstr("unknown model \"gpt-none\""));
    const auto remote = find_models(config, settings({{"url", "http://h/v1"}}), context);
    ASSERT_TRUE(remote);
    EXPECT_EQ(remote->front().path, "");
}

}  // namespace
}  // namespace retort::cli

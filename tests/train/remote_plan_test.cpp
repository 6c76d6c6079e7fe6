#include "train/run/remote_plan.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace retort::train::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// One prompt of 20 tokens; 4 prompts a step, half of them for each arm, with 2 rollouts each: 4 rollouts an arm.
constexpr const char* kSmall = R"(
task = "countdown"
pack_tokens = 300
checkpoint_every = 2
[rl]
steps = 5
prompts = 4
generations = 2
updates = 2
trace = {share = 1, think = 100, max_answer = 10}
op = {share = 1, operator = "pdr:4", distiller = "summary", workspace = 30, think = 50, max_answer = 10}
[eval]
every = 2
samples = 2
operators = ["cot think=40 max_answer=10"]
[plan]
mean_length = 0.5
)";

constexpr RemoteInputs kInputs{20, {3, 15}, true};

TrainConfig config_of(const std::string& toml, const std::vector<std::string>& words = {}) {
    return parse_config("run.toml", toml, words).value();
}

RemotePlan plan_of(const TrainConfig& config, const RemoteInputs& inputs = kInputs) {
    return plan_remote(config, inputs, compiled_prompt_sets().front()).value();
}

RemotePlan small(const std::vector<std::string>& words = {}, const RemoteInputs& inputs = kInputs) {
    return plan_of(config_of(kSmall, words), inputs);
}

void expect_amount(const Amount& amount, double most, double mean) {
    EXPECT_DOUBLE_EQ(amount.most, most);
    EXPECT_DOUBLE_EQ(amount.mean, mean);
}

// By hand, for 4 rollouts of each arm: how many calls, the prompt, what is written at most, the thinking.
//
//     trace    4 x 20 -> 110 (100)
//     drafts  16 x 20 ->  60 (50)
//     summary  4 x 60 ->  60 (50)     reads four solutions of 10 beside the problem
//     final    4 x 50 ->  60 (50)     reads a workspace of 30
TEST(RemotePlan, AStepsCallsAreThoseOfBothArms) {
    const RemoteWork step = small().rl_step;
    EXPECT_DOUBLE_EQ(step.calls, 28);
    expect_amount(step.sampled, 4 * 110 + 24 * 60, 4 * 55 + 24 * 30);
}

TEST(RemotePlan, ACallWhoseThinkingIsCutIsAskedAndReadTwice) {
    const RemoteWork step = small().rl_step;
    expect_amount(step.samples, 56, 28);
    const double once = 4 * 20 + 16 * 20 + 4 * 60 + 4 * 50;
    expect_amount(step.read, once + 4 * (20 + 100) + 16 * (20 + 50) + 4 * (60 + 50) + 4 * (50 + 50), once);
}

TEST(RemotePlan, CallsWithoutThinkingAreAskedOnce) {
    const RemoteWork step = small({"rl.trace.think=0", "rl.op.share=0"}).rl_step;
    expect_amount(step.samples, 8, 8);
    expect_amount(step.read, 160, 160);
}

TEST(RemotePlan, TheLastCallOfEachRolloutLearns) {
    const RemoteWork step = small().rl_step;
    expect_amount(step.backward, 4 * 130 + 4 * 110, 4 * (20 + 55) + 4 * (50 + 30));
    expect_amount(step.forward, step.backward.most, step.backward.mean);
    // Each of two updates has two sequences of either arm, which fit into 300 tokens.
    EXPECT_DOUBLE_EQ(step.backward_requests, 4);
    EXPECT_DOUBLE_EQ(step.forward_requests, 4);
    EXPECT_DOUBLE_EQ(step.optim_steps, 2);
    EXPECT_DOUBLE_EQ(step.sampler_saves, 1);
}

TEST(RemotePlan, DraftsOrAllCallsMayLearn) {
    const std::vector<std::string> op{"rl.trace.share=0", "rl.op.gradient=drafts"};
    expect_amount(small(op).rl_step.backward, 8 * 4 * 80, 8 * 4 * 50);
    EXPECT_DOUBLE_EQ(small({"rl.trace.share=0", "rl.op.gradient=all"}).rl_step.backward.most, 8 * (4 * 80 + 120 + 110));
}

TEST(RemotePlan, ALossOfTheServersOwnNeedsNoPassBefore) {
    const RemotePlan plan = small({}, {20, {3, 15}, false});
    expect_amount(plan.all.forward, 0, 0);
    EXPECT_DOUBLE_EQ(plan.all.forward_requests, 0);
    EXPECT_DOUBLE_EQ(plan.all.backward_requests, 20);
}

TEST(RemotePlan, LogProbabilitiesThatAreRecomputedAreAPassMore) {
    const RemoteWork once = small().rl_step;
    const RemoteWork twice = small({"rl.recompute=true"}).rl_step;
    expect_amount(twice.forward, 2 * once.forward.most, 2 * once.forward.mean);
    EXPECT_DOUBLE_EQ(twice.forward_requests, 2 * once.forward_requests);
    EXPECT_DOUBLE_EQ(twice.backward_requests, once.backward_requests);
}

TEST(RemotePlan, ARequestHasAtLeastOneSequenceAndAtMost1024) {
    EXPECT_DOUBLE_EQ(small({"pack_tokens=1"}).rl_step.backward_requests, 8);
    const std::vector<std::string> many{"pack_tokens=1000000000", "rl.generations=2000", "rl.op.share=0"};
    EXPECT_DOUBLE_EQ(small(many).rl_step.backward_requests, 2 * 4);  // 4,000 sequences an update
}

TEST(RemotePlan, UpdatesWithoutPromptsAreNotMade) {
    EXPECT_DOUBLE_EQ(small({"rl.updates=64"}).rl_step.optim_steps, 2);
}

TEST(RemotePlan, ARunIsItsStepsAndItsEvaluations) {
    const RemotePlan plan = small();
    EXPECT_EQ(plan.evaluations, 4);  // before the first step, after the second, fourth and last
    EXPECT_DOUBLE_EQ(plan.evaluation.calls, 6);
    expect_amount(plan.evaluation.sampled, 300, 150);
    EXPECT_DOUBLE_EQ(plan.all.calls, 5 * 28 + 4 * 6);
    expect_amount(plan.all.samples, 328, 164);
    expect_amount(plan.all.read, 18080, 4560);
    expect_amount(plan.all.sampled, 10600, 5300);
    expect_amount(plan.all.backward, 4800, 3100);
    EXPECT_DOUBLE_EQ(plan.all.optim_steps, 10);
    EXPECT_DOUBLE_EQ(plan.all.saves, 3);
    EXPECT_DOUBLE_EQ(plan.all.sampler_saves, 9);
}

TEST(RemotePlan, TheEndOfTheExamplesIsEvaluatedAndSavedToo) {
    const RemotePlan plan = small({"sft.steps=3"});  // of 8: after 2, 3, 4, 6 and 8
    EXPECT_EQ(plan.evaluations, 6);
    EXPECT_DOUBLE_EQ(plan.all.saves, 5);
    EXPECT_EQ(small({"sft.steps=4"}).evaluations, 6);  // of 9: after 2, 4, 6, 8 and 9
}

TEST(RemotePlan, SharesThatChangeAreAddedUpStepByStep) {
    // The trace arm has 4, 3, 2, 1 and 0 of the prompts (shares 4, 3, 2, 1, 0 to 0, 1, 2, 3, 4).
    const RemotePlan plan =
        small({"rl.trace.share=4", "rl.trace.share_end=0", "rl.op.share=0", "rl.op.share_end=4", "eval.every=0"});
    EXPECT_DOUBLE_EQ(plan.all.calls, 10 * 2 * 1 + 10 * 2 * 6);
    EXPECT_DOUBLE_EQ(plan.rl_step.calls, plan.all.calls / 5);
    EXPECT_DOUBLE_EQ(plan.all.optim_steps, 10);
}

TEST(RemotePlan, OfSeveralOperatorsTheOneThatSamplesMostIsMeant) {
    EXPECT_DOUBLE_EQ(small({"rl.op.operator=pdr:2 pdr:4 pdr:3"}).all.sampled.most, small().all.sampled.most);
}

TEST(RemotePlan, ExamplesGoThroughTheModelOnly) {
    const RemotePlan plan = small({"rl.steps=0", "eval.every=0", "sft.steps=7", "sft.batch_tokens=1000"});
    expect_amount(plan.all.backward, 7000, 7000);
    EXPECT_DOUBLE_EQ(plan.all.backward_requests, 7 * 4);
    EXPECT_DOUBLE_EQ(plan.all.optim_steps, 7);
    EXPECT_DOUBLE_EQ(plan.all.sampler_saves, 0);
    EXPECT_DOUBLE_EQ(plan.all.saves, 4);
}

TEST(RemotePlan, MoreStepsThanARunHasAreRefused) {
    const auto plan = plan_remote(config_of(kSmall, {"rl.steps=2000000"}), kInputs, compiled_prompt_sets().front());
    ASSERT_FALSE(plan);
    EXPECT_THAT(plan.error().message, HasSubstr("at most 1,000,000"));
}

TEST(RemoteCost, IsTokensOverThroughputAndTimesPrices) {
    const RemoteCost cost = small({"plan.sample_tokens_per_gpu_s=10", "plan.train_tokens_per_gpu_s=100", "plan.gpus=2",
                                   "plan.price_gpu_hour=3", "plan.price_sample_mtok=2", "plan.price_prefill_mtok=1",
                                   "plan.price_train_mtok=4"})
                                .cost;
    ASSERT_TRUE(cost.sample_hours && cost.train_hours && cost.clock_hours && cost.gpu_money && cost.token_money);
    expect_amount(*cost.sample_hours, 1060.0 / 3600, 530.0 / 3600);
    expect_amount(*cost.train_hours, 64.0 / 3600, 3100 * 4.0 / 3 / 100 / 3600);
    EXPECT_DOUBLE_EQ(cost.clock_hours->most, (1060.0 + 64.0) / 3600 / 2);
    EXPECT_DOUBLE_EQ(cost.gpu_money->most, (1060.0 + 64.0) / 3600 * 3);
    expect_amount(*cost.token_money, (10600 * 2 + 18080 + 2 * 4800 * 4) / 1e6, (5300 * 2 + 4560 + 2 * 3100 * 4) / 1e6);
}

TEST(RemoteCost, WhatIsNotDoneNeedsNoThroughput) {
    RemoteWork work;
    work.backward = {3600, 3600};
    PlanSettings plan;
    plan.train_tokens_per_gpu_s = 1;
    plan.gpus = 2;
    plan.price_gpu_hour = 3;
    const RemoteCost cost = cost_of(work, plan);
    EXPECT_FALSE(cost.sample_hours);
    EXPECT_DOUBLE_EQ(cost.clock_hours->mean, 0.5);
    EXPECT_DOUBLE_EQ(cost.gpu_money->mean, 3);
}

TEST(RemoteCost, OfWhatIsNotSaidIsNone) {
    const RemoteCost cost = small({"plan.gpus=8", "plan.price_gpu_hour=3"}).cost;
    EXPECT_FALSE(cost.sample_hours || cost.train_hours || cost.clock_hours || cost.gpu_money || cost.token_money);
}

// The recipe of experiments/paper-8b, with prompts of 500 tokens; docs/scale.md has the sums.
TEST(RemotePlan, OfTheRecipeFor8BIsWhatItsPageWorksOut) {
    const auto config = read_config(RETORT_TEST_EXPERIMENTS "/paper-8b/paper-8b.toml", {});
    ASSERT_TRUE(config) << config.error().message;
    const RemotePlan plan = plan_of(*config, {500, {30, 500}, true});
    EXPECT_DOUBLE_EQ(plan.rl_step.calls, 3584);
    expect_amount(plan.rl_step.sampled, 66'060'288, 39'636'172.8);
    expect_amount(plan.rl_step.read, 72'790'016, 7'034'880);
    expect_amount(plan.rl_step.backward, 20'434'944, 12'885'196.8);
    EXPECT_DOUBLE_EQ(plan.rl_step.backward_requests, 128);
    EXPECT_DOUBLE_EQ(plan.evaluation.calls, 840);
    expect_amount(plan.all.sampled, 6'683'443'200, 4'010'065'920);
    EXPECT_NEAR(plan.cost.sample_hours->mean, 445.563, 1e-3);
    EXPECT_NEAR(plan.cost.train_hours->mean, 79.538, 1e-3);
    EXPECT_NEAR(plan.cost.clock_hours->mean, 65.638, 1e-3);
    EXPECT_NEAR(plan.cost.gpu_money->mean, 1312.75, 0.01);
    EXPECT_NEAR(plan.cost.gpu_money->most, 2171.87, 0.01);
    EXPECT_EQ(plan.longest, 27'124);
    EXPECT_LE(plan.longest, config->tinker.context);
    EXPECT_EQ(config->tinker.reduction, "auto") << "told from the server's answers: another would be wrong in silence";
}

TEST(RemotePlan, OfTheRecipesWarmStartIsItsExamples) {
    const auto config = read_config(RETORT_TEST_EXPERIMENTS "/paper-8b/sft.toml", {});
    ASSERT_TRUE(config) << config.error().message;
    expect_amount(plan_of(*config).all.backward, 400.0 * 524288, 400.0 * 524288);
}

TEST(RemotePlanText, HasAColumnForEachPhaseAndSaysWhatItReckonsBy) {
    const TrainConfig config = config_of(kSmall, {"plan.sample_tokens_per_gpu_s=10", "plan.price_sample_mtok=2"});
    const std::string text = remote_plan_text(plan_of(config), config.plan);
    EXPECT_THAT(text, HasSubstr("# on the training server: 0 SFT steps, 5 RL steps, 4 evaluations; mean: calls write "
                                "0.5 of their limits\n"));
    EXPECT_THAT(text, HasSubstr("RL step  evaluation  in all\n"));
    EXPECT_THAT(text, Not(HasSubstr("SFT step  ")));
    EXPECT_THAT(text, HasSubstr("# tokens sampled, at most             1,880         300  10,600\n"));
    EXPECT_THAT(text, HasSubstr("# save_weights requests                   -           -       3\n"));
    EXPECT_THAT(text, HasSubstr("# GPU-hours of sampling     0.1, at most 0.3 (at 10 tokens/s a GPU)\n"));
    EXPECT_THAT(text, HasSubstr("# money for tokens          0.01, at most 0.02 (a million: sampled 2, read 0, "
                                "learnt from 0)\n"));
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) EXPECT_EQ(text.substr(at, 2), "# ");
}

// By hand: the trace has 20 + 110, the summary 60 + 60; an evaluation's only call 15 + 50.
TEST(RemotePlan, TheLongestCallIsThatOfAnyArmOrEvaluation) {
    EXPECT_EQ(small().longest, 130);
    EXPECT_EQ(small({"rl.trace.share=0"}).longest, 120);
    EXPECT_EQ(small({"rl.steps=0"}).longest, 65);
    EXPECT_EQ(small({"eval.operators=cot think=400 max_answer=10"}).longest, 425);
    EXPECT_EQ(small({"rl.steps=0", "eval.every=0", "sft.steps=1"}).longest, 0);
}

TEST(RemotePlanText, ComparesTheLongestCallWithTheContext) {
    const auto text = [](const std::string& context) {
        return remote_plan_text(config_of(kSmall, {"plan.question=20", "tinker.context=" + context}), nullptr, true)
            .value();
    };
    EXPECT_THAT(text("130"), HasSubstr("# longest call: 130 tokens, of 130 that a sequence may have\n"));
    EXPECT_THAT(text("129"), HasSubstr("# longest call: 130 tokens, MORE than the 129 that a sequence may have"));
    EXPECT_THAT(text("129"), HasSubstr("raise tinker.context"));
    EXPECT_THAT(text("0"), HasSubstr("# longest call: 130 tokens\n"));
}

TEST(RemotePlanText, SaysWhereNothingIsSaid) {
    const TrainConfig config = config_of(kSmall);
    EXPECT_THAT(remote_plan_text(plan_of(config), config.plan),
                HasSubstr("# no throughput and no prices are said: keys plan.*\n"));
}

RC_GTEST_PROP(RemotePlan, TheMeanIsNeverMoreThanTheMostAndGrowsWithTheLength, ()) {
    const auto prompts = *rc::gen::inRange(1, 40);
    const auto generations = *rc::gen::inRange(2, 40);
    const auto updates = *rc::gen::inRange(1, 9);
    const auto pack = *rc::gen::inRange(1, 5000);
    const auto share = *rc::gen::inRange(0, 9);
    const auto tenths = *rc::gen::inRange(1, 10);
    std::vector<std::string> words{
        "rl.prompts=" + std::to_string(prompts),    "rl.generations=" + std::to_string(generations),
        "rl.updates=" + std::to_string(updates),    "pack_tokens=" + std::to_string(pack),
        "rl.op.share_end=" + std::to_string(share), "plan.mean_length=0." + std::to_string(tenths)};
    const RemoteWork less = small(words).all;
    words.back() = "plan.mean_length=1";
    const RemoteWork whole = small(words).all;
    for (const auto amount :
         {&RemoteWork::samples, &RemoteWork::read, &RemoteWork::sampled, &RemoteWork::forward, &RemoteWork::backward}) {
        RC_ASSERT((less.*amount).mean <= (less.*amount).most);
        RC_ASSERT((less.*amount).mean <= (whole.*amount).mean);
        RC_ASSERT((less.*amount).most == (whole.*amount).most);
    }
    RC_ASSERT(less.sampled.mean < whole.sampled.mean);
    RC_ASSERT(less.optim_steps <= 5.0 * updates);
    // Every update sends something, and no request is empty.
    RC_ASSERT(less.backward_requests >= less.optim_steps);
    RC_ASSERT(less.backward_requests <= 2.0 * 5 * prompts * generations);
}

}  // namespace
}  // namespace retort::train::test

#include "train/display/train_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort::train {
namespace {

using cli::Canvas;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr TrainPlan kPlan{100, 50};

MetricsRow sft_row(std::int64_t step, double loss) {
    MetricsRow row(step, "sft");
    row.put("loss", loss);
    row.put("actor/grad_norm", 0.42);
    row.put("time/tokens_per_s", 4021.4);
    return row;
}

MetricsRow rl_row(std::int64_t step, double reward) {
    MetricsRow row(step, "rl");
    for (const char* arm : {"trace", "op"}) {
        row.put(std::string(arm) + "/reward/mean", reward);
        row.put(std::string(arm) + "/accuracy", (reward + 1) / 2);
    }
    row.put("actor/pg_loss", 0.1);
    row.put("actor/entropy", 0.8123);
    row.put("actor/grad_norm", 1.5);
    row.put("time/rollout_tokens_per_s", 9120);
    row.put("time/learn_tokens_per_s", 5200);
    return row;
}

void put_evaluation(MetricsRow& row, double accuracy) {
    row.put("eval/cot think=256/accuracy", accuracy);
    row.put("eval/cot think=256/b_seq", 200);
    row.put("eval/pdr:16 think=48/accuracy", accuracy + 0.1);
}

// Twenty steps of reinforcement, two seconds each, the last of them evaluated.
TrainProgress in_the_middle() {
    TrainProgress out(kPlan);
    out.take(sft_row(100, 1.5), 0);
    for (std::int64_t step = 101; step <= 120; ++step) {
        MetricsRow row = rl_row(step, -1 + 0.05 * static_cast<double>(step - 100));
        if (step % 10 == 0) put_evaluation(row, 0.2 + 0.001 * static_cast<double>(step));
        out.take(row, 2.0 * static_cast<double>(step - 100));
    }
    return out;
}

std::vector<std::string> texts(const std::vector<cli::Line>& lines) {
    std::vector<std::string> out;
    for (const cli::Line& line : lines) out.push_back(cli::paint(line, false));
    return out;
}

TEST(TrainProgress, LeftTimeIsThatOfThePhaseUnderWay) {
    TrainProgress progress(kPlan);
    EXPECT_EQ(progress.seconds_left(0), std::nullopt);
    progress.take(sft_row(1, 5), 10);
    EXPECT_EQ(progress.seconds_left(10), std::nullopt) << "one row tells no speed";
    progress.take(sft_row(2, 5), 11);
    progress.take(sft_row(3, 5), 12);
    EXPECT_EQ(progress.seconds_left(12), 97);
    EXPECT_EQ(progress.seconds_left(15), 94) << "a step under way counts down";
    EXPECT_EQ(progress.seconds_left(1000), 0);
    progress.take(sft_row(100, 5), 109);
    EXPECT_EQ(progress.seconds_left(109), std::nullopt) << "steps of the other phase take another time";
    progress.take(rl_row(101, 0), 129);
    EXPECT_EQ(progress.seconds_left(129), 49 * 20);
    progress.take(rl_row(150, 0), 200);
    EXPECT_EQ(progress.seconds_left(200), std::nullopt);
    EXPECT_TRUE(progress.done());
}

TEST(TrainProgress, OfAResumedRunMeasuresThisProcessAlone) {
    TrainProgress progress(kPlan);
    progress.take(sft_row(51, 5), 3);
    progress.take(sft_row(52, 5), 5);
    EXPECT_EQ(progress.seconds_left(5), 96);
}

TEST(TrainProgress, KeepsTheLastEvaluationAndTheLastValues) {
    const TrainProgress progress = in_the_middle();
    ASSERT_EQ(progress.evaluation().size(), 2U);
    EXPECT_EQ(progress.evaluation()[0].method, "cot think=256");
    EXPECT_EQ(progress.evaluated_at(), 120);
    EXPECT_THAT(progress.last_values("eval/cot think=256/accuracy"),
                ElementsAre(testing::DoubleEq(0.31), testing::DoubleEq(0.32)));
    EXPECT_EQ(progress.last_values("op/reward/mean").size(), 20U);
    EXPECT_EQ(progress.figure("loss"), std::nullopt) << "of another phase";
}

TEST(Sparkline, GoesFromTheLeastToTheGreatest) {
    EXPECT_EQ(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 8, true), "▁▂▃▄▅▆▇█");
    EXPECT_EQ(sparkline({9, 0, 7}, 2, true), "▁█") << "the last ones";
    EXPECT_EQ(sparkline({0, 7}, 8, false), "_#");
    EXPECT_EQ(sparkline({3, 3, 3}, 8, true), "▄▄▄");
    EXPECT_EQ(sparkline({3}, 8, true), "") << "one value is no curve";
    EXPECT_EQ(sparkline({}, 8, true), "");
}

TEST(TrainLines, FitIntoEightyColumns) {
    EXPECT_THAT(texts(train_lines(in_the_middle(), {40, "sampling op", false}, {80, 24, true})),
                ElementsAre("━━━━━━━━━━━━━━━━────  120 of 150   rl   sampling op              1 min 00 s left",
                            "reward   trace +0.000 ▁▂▃▄▅▆▇█ right 50.0 %   op +0.000 ▁▂▃▄▅▆▇█ right 50.0 %",
                            "entropy 0.812   sampling 9,120 tokens/s   learning 5,200 tokens/s",
                            "evaluated at 120   cot think=256 32.0 % ▁█   pdr:16 think=48 42.0 % ▁█"));
}

TEST(TrainLines, HaveMoreToSayOnAWideTerminal) {
    const auto lines = texts(train_lines(in_the_middle(), {40, "sampling op", false}, {140, 24, true}));
    EXPECT_EQ(lines[1],
              "reward   trace +0.000 ▁▁▂▂▃▃▄▄▅▅▆▆▇▇██ right 50.0 %   op +0.000 ▁▁▂▂▃▃▄▄▅▅▆▆▇▇██ right 50.0 %");
    EXPECT_EQ(lines[2], "entropy 0.812   sampling 9,120 tokens/s   learning 5,200 tokens/s   gradient 1.50");
}

TEST(TrainLines, CutWhatIsDoneBeforeTheTimeLeft) {
    const auto lines =
        texts(train_lines(in_the_middle(), {40, "evaluating pdr:16 think=48 max_answer=24", false}, {80, 24, true}));
    EXPECT_EQ(lines[0], "━━━━━━━━━━━━━━━━────  120 of 150   rl   evaluating pdr:16 th...  1 min 00 s left");
}

TEST(TrainLines, OfSupervisedStepsShowTheLoss) {
    TrainProgress progress(kPlan);
    for (std::int64_t step = 1; step <= 10; ++step)
        progress.take(sft_row(step, 6.0 - 0.1 * static_cast<double>(step)), static_cast<double>(step));
    EXPECT_THAT(texts(train_lines(progress, {10, "", false}, {80, 24, false})),
                ElementsAre("#-------------------   10 of 150   sft                    1 min 30 s left of sft",
                            "loss 5.0000 #*+=-,._   gradient 0.42   4,021 tokens/s"));
}

TEST(TrainLines, NeverExceedTheTerminal) {
    for (int width = 1; width < 180; ++width)
        for (const int height : {1, 3, 24}) {
            const auto lines =
                train_lines(in_the_middle(), {40, "evaluating pdr:16 think=48", true}, {width, height, true});
            EXPECT_LE(lines.size(), static_cast<std::size_t>(std::max(1, height - 1)));
            for (const cli::Line& line : lines) EXPECT_LE(cli::columns(line), width);
        }
}

TEST(TrainLines, SayWhatIsDoneAndWhetherItStops) {
    const TrainProgress begun(kPlan);
    EXPECT_THAT(texts(train_lines(begun, {0, "evaluating cot", false}, {80, 24, true})),
                ElementsAre("────────────────────    0 of 150   evaluating cot"));
    EXPECT_THAT(texts(train_lines(in_the_middle(), {40, "learning", true}, {80, 24, true}))[0],
                HasSubstr("rl   stops after this step   learning"));
    TrainProgress ended = in_the_middle();
    ended.take(rl_row(150, 0.5), 100);
    const std::string last = texts(train_lines(ended, {100, "learning", true}, {80, 24, true}))[0];
    EXPECT_THAT(last, HasSubstr("150 of 150   rl"));
    EXPECT_THAT(last, Not(HasSubstr("stops")));
}

TEST(TrainLines, ManyEvaluationsGiveUpTheirCurvesFirst) {
    TrainProgress progress(kPlan);
    for (std::int64_t step = 1; step <= 2; ++step) {
        MetricsRow row = sft_row(step, 2);
        for (const char* name : {"cot think=256", "pdr:16 think=48", "vote:16 think=48"})
            row.put(std::string("eval/") + name + "/accuracy", 0.5);
        progress.take(row, 1);
    }
    const std::string line = texts(train_lines(progress, {1, "", false}, {90, 24, true})).back();
    EXPECT_EQ(line, "evaluated at 2   cot think=256 50.0 %   pdr:16 think=48 50.0 %   vote:16 think=48 50.0 %");
    EXPECT_THAT(texts(train_lines(progress, {1, "", false}, {60, 24, true})).back(), testing::EndsWith("..."));
}

TEST(TrainLines, AreOneForPipes) {
    const TrainProgress progress = in_the_middle();
    EXPECT_THAT(train_line(progress, 40), HasSubstr("   120/150 rl   reward   trace +0.000"));
    EXPECT_THAT(train_line(progress, 40), HasSubstr("1 min 00 s left"));
    EXPECT_EQ(evaluation_line(progress), "   120   evaluated at 120   cot think=256 32.0 %   pdr:16 think=48 42.0 %");
}

}  // namespace
}  // namespace retort::train

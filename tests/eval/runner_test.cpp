#include "eval/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/scripted_model.h"

namespace retort::test {
namespace {

using testing::ElementsAre;

Suite suite_of(int problems) {
    std::string text;
    for (int i = 0; i < problems; ++i)
        text += "{\"id\":\"p" + std::to_string(i) + "\",\"problem\":\"say " + std::to_string(i) + "\",\"answer\":\"" +
                std::to_string(i) + "\"}\n";
    return parse_suite("test", text).value();
}

struct Recorder : EvalListener {
    void started(SampleKey key) override { begun.push_back(key), most = std::max(most, ++in_flight); }
    void landed(SampleKey key, const RunResult& result, double) override {
        --in_flight;
        results.emplace(key, result);
    }
    std::vector<SampleKey> begun;
    std::map<SampleKey, RunResult> results;
    int in_flight = 0;
    int most = 0;
};

struct EvalHarness {
    explicit EvalHarness(ScriptedModel::Script script, int problems = 3)
        : model(std::move(script)), suite(suite_of(problems)) {}

    EvalEnd run(int samples, int concurrency, std::set<SampleKey> done = {}) {
        EvalJob job;
        job.suite = &suite;
        job.policy = std::make_shared<FixedSchedule>(parse_operator("cot", {}).value());
        job.samples = samples;
        job.concurrency = concurrency;
        EngineDependencies deps;
        deps.models.by_name = {{"m", &model}};
        deps.models.main = "m";
        deps.prompts = &compiled_prompt_sets().front();
        asio::io_context loop;
        return run_to_end(loop, run_eval(job, deps, std::move(done), listener, stop.get_token()));
    }

    ScriptedModel model;
    Suite suite;
    Recorder listener;
    std::stop_source stop;
};

Completion right(const CompletionRequest& request) {
    return scripted_text("FINAL SOLUTION\n\\boxed{" + request.place.problem.substr(1) + "}");
}

Completion dead(const CompletionRequest&) {
    return failed_completion({CallErrorKind::connection, "refused", true, 0, 0});
}

TEST(Runner, RunsEverySampleOfEveryProblemAndJudgesIt) {
    EvalHarness harness(right);
    EXPECT_EQ(harness.run(2, 4), EvalEnd::done);
    ASSERT_EQ(harness.listener.results.size(), 6U);
    for (const auto& [key, result] : harness.listener.results) EXPECT_EQ(result.verdict, Verdict::equal);
}

TEST(Runner, BeginsTheFirstSampleOfAllProblemsBeforeTheSecondOfAny) {
    EvalHarness harness(right, 2);
    harness.run(2, 1);
    EXPECT_THAT(harness.listener.begun,
                ElementsAre(SampleKey{0, 0}, SampleKey{1, 0}, SampleKey{0, 1}, SampleKey{1, 1}));
}

TEST(Runner, HasNoMoreSamplesInFlightThanAsked) {
    EvalHarness harness(right, 10);
    harness.run(3, 4);
    EXPECT_EQ(harness.listener.most, 4);
}

TEST(Runner, PassesOverWhatIsDone) {
    EvalHarness harness(right, 2);
    harness.run(1, 4, {{0, 0}});
    EXPECT_THAT(harness.listener.begun, ElementsAre(SampleKey{1, 0}));
}

TEST(Runner, SamplesOfAProblemHaveTheirOwnSeeds) {
    EvalHarness harness(right, 1);
    harness.run(2, 1);
    EXPECT_NE(harness.model.asked()[0].seed, harness.model.asked()[1].seed);
}

TEST(Runner, OneSamplesFailureLeavesTheOthersAlone) {
    EvalHarness harness([](const CompletionRequest& r) { return r.place.problem == "p1" ? dead(r) : right(r); });
    EXPECT_EQ(harness.run(1, 1), EvalEnd::done);
    EXPECT_TRUE((harness.listener.results.at({1, 0}).error.has_value()));
    EXPECT_EQ((harness.listener.results.at({2, 0}).verdict), Verdict::equal);
}

TEST(Runner, GivesUpWhenNothingComesThrough) {
    EvalHarness harness(dead, 100);
    EXPECT_EQ(harness.run(1, 2), EvalEnd::gave_up);
    EXPECT_LT(harness.listener.results.size(), 8U);
}

TEST(Runner, StopsWhenAsked) {
    EvalHarness harness(right, 10);
    harness.stop.request_stop();
    EXPECT_EQ(harness.run(1, 2), EvalEnd::interrupted);
    EXPECT_TRUE(harness.listener.results.empty());
}

}  // namespace
}  // namespace retort::test

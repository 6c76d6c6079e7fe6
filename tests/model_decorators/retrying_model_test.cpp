#include "model/retrying_model.h"

#include <gtest/gtest.h>

#include "model/scripted_model.h"

namespace retort {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

CallError broken(bool retryable = true, double retry_after = 0) {
    CallError error;
    error.kind = CallErrorKind::server;
    error.message = "broken";
    error.retryable = retryable;
    error.retry_after_s = retry_after;
    return error;
}

// Time that passes only when somebody waits, or as long as the script says a call takes.
struct Bench {
    asio::io_context loop;
    std::chrono::steady_clock::time_point now{};
    std::vector<nanoseconds> waits;
    std::vector<Completion> script;
    nanoseconds call_time{0};
    std::size_t calls = 0;
    std::stop_source stop_in_wait;
    bool stop_at_first_wait = false;
    std::shared_ptr<ScriptedModel> inner = std::make_shared<ScriptedModel>([this](const CompletionRequest&) {
        now += call_time;
        return script.at(std::min(calls++, script.size() - 1));
    });

    RetryingModel model(RetryPolicy policy = {}, std::uint64_t seed = 1) {
        Sleeper sleeper = [this](nanoseconds time, std::stop_token stop) { return pass(time, std::move(stop)); };
        return RetryingModel(inner, policy, sleeper, [this] { return now; }, seed);
    }
    Task<bool> pass(nanoseconds time, std::stop_token stop) {
        waits.push_back(time);
        now += time;
        if (stop_at_first_wait) stop_in_wait.request_stop();
        co_return !stop.stop_requested();
    }
    Completion ask(RetryingModel& model, OnDelta on_delta = {}, int draft = 0) {
        CompletionRequest request;
        request.place.problem = "p";
        request.place.draft = draft;
        request.prompt = std::make_shared<const std::vector<Message>>();
        return run_to_end(loop, model.complete(request, std::move(on_delta), stop_in_wait.get_token()));
    }
};

TEST(Retry, KeepsEveryFailedAttemptAndItsUsage) {
    Bench bench;
    Completion cut = failed_completion(broken());
    cut.usage.in = 7;
    cut.usage.out = 3;
    cut.wall_s = 1.5;
    bench.script = {cut, failed_completion(broken()), scripted_text("fine")};
    RetryingModel model = bench.model();
    const Completion out = bench.ask(model);
    EXPECT_EQ(out.finish, Finish::stop);
    EXPECT_EQ(out.text, "fine");
    EXPECT_EQ(out.requests, 1);
    ASSERT_EQ(out.failed.size(), 2u);
    EXPECT_EQ(out.failed[0].usage.in, 7);
    EXPECT_EQ(out.failed[0].usage.out, 3);
    EXPECT_DOUBLE_EQ(out.failed[0].wall_s, 1.5);
}

TEST(Retry, ACallThatFailsForGoodHasAllItsAttempts) {
    Bench bench;
    bench.script = {failed_completion(broken()), failed_completion(broken(false))};
    RetryingModel model = bench.model();
    const Completion out = bench.ask(model);
    EXPECT_EQ(out.finish, Finish::error);
    EXPECT_EQ(out.failed.size(), 2u);
    EXPECT_EQ(out.requests, 0);
    EXPECT_EQ(out.usage, Usage{});
    EXPECT_EQ(out.error->message, "broken");
}

TEST(Retry, AttemptsOfTheInnerModelComeBeforeItsError) {
    Bench bench;
    Completion refused = failed_completion(broken());
    refused.failed.push_back({broken(false), {}, 0});
    bench.script = {refused, scripted_text("fine")};
    RetryingModel model = bench.model();
    EXPECT_EQ(bench.ask(model).failed.size(), 2u);
}

TEST(Retry, GivesUpAfterTheTimeBound) {
    Bench bench;
    bench.script = {failed_completion(broken())};
    bench.call_time = 10ms;
    RetryPolicy policy;
    policy.max_attempts = 1000;
    RetryingModel model = bench.model(policy);
    const Completion out = bench.ask(model);
    EXPECT_EQ(out.finish, Finish::error);
    const double spent = std::chrono::duration<double>(bench.now.time_since_epoch()).count();
    EXPECT_GT(spent, 29);
    EXPECT_LT(spent, 31);
    EXPECT_NE(out.error->message.find("30 s are over"), std::string::npos) << out.error->message;
}

TEST(Retry, GivesUpAfterTheLastAttempt) {
    Bench bench;
    bench.script = {failed_completion(broken())};
    RetryPolicy policy;
    policy.max_attempts = 3;
    policy.base_delay = 1ms;
    RetryingModel model = bench.model(policy);
    EXPECT_EQ(bench.ask(model).failed.size(), 3u);
    EXPECT_EQ(bench.waits.size(), 2u);
}

TEST(Retry, LongAnswersThatAreCutDoNotUseUpTheTime) {
    Bench bench;
    Completion cut = failed_completion(broken());
    cut.usage.out = 5;
    bench.script = {cut, cut, cut, scripted_text("fine")};
    bench.call_time = 100s;
    RetryingModel model = bench.model();
    EXPECT_EQ(bench.ask(model).finish, Finish::stop);
}

TEST(Retry, HonoursRetryAfter) {
    Bench bench;
    bench.script = {failed_completion(broken(true, 12)), scripted_text("fine")};
    RetryingModel model = bench.model();
    EXPECT_EQ(bench.ask(model).finish, Finish::stop);
    ASSERT_EQ(bench.waits.size(), 1u);
    EXPECT_GE(bench.waits[0], 12s);
}

TEST(Retry, GivesUpAtOnceWhenRetryAfterIsPastTheBound) {
    Bench bench;
    bench.script = {failed_completion(broken(true, 3600))};
    RetryingModel model = bench.model();
    const Completion out = bench.ask(model);
    EXPECT_EQ(out.failed.size(), 1u);
    EXPECT_NE(out.error->message.find("3600 s"), std::string::npos) << out.error->message;
}

TEST(Retry, WaitsGrowAndDependOnThePlaceAlone) {
    const auto waits_of = [](int draft, std::uint64_t seed) {
        Bench bench;
        bench.script = {failed_completion(broken())};
        RetryPolicy policy;
        policy.total_time = 1000s;
        policy.max_attempts = 12;
        RetryingModel model = bench.model(policy, seed);
        bench.ask(model, {}, draft);
        return bench.waits;
    };
    const std::vector<nanoseconds> waits = waits_of(0, 1);
    EXPECT_EQ(waits, waits_of(0, 1));
    EXPECT_NE(waits, waits_of(1, 1));
    EXPECT_NE(waits, waits_of(0, 2));
    for (std::size_t i = 0; i < waits.size(); ++i)
        EXPECT_LE(waits[i], std::min<nanoseconds>(8s, 500ms * (1 << std::min<std::size_t>(i, 10))));
}

TEST(Retry, TellsTheListenerThatTheCallBeginsAgain) {
    Bench bench;
    bench.script = {failed_completion(broken()), scripted_text("fine")};
    RetryingModel model = bench.model();
    std::vector<std::pair<std::string, std::int64_t>> seen;
    bench.ask(model, [&](const Delta& delta) { seen.emplace_back(std::string(delta.text), delta.tokens_out); });
    ASSERT_EQ(seen.size(), 2u);
    EXPECT_EQ(seen[0], (std::pair<std::string, std::int64_t>("", -1)));
    EXPECT_EQ(seen[1].first, "fine");
}

TEST(Retry, CancelledWhileWaiting) {
    Bench bench;
    bench.script = {failed_completion(broken())};
    bench.stop_at_first_wait = true;
    RetryingModel model = bench.model();
    const Completion out = bench.ask(model);
    EXPECT_EQ(out.finish, Finish::cancelled);
    EXPECT_EQ(out.failed.size(), 1u);
    EXPECT_EQ(out.requests, 0);
}

}  // namespace
}  // namespace retort

// What /metrics says of phases, queues, and model servers.
#include "gateway/metrics.h"

#include <gmock/gmock.h>

#include "gateway/fleet_fixture.h"
#include "gateway/watch/run_recorder.h"

namespace retort::test {
namespace {

using namespace gateway;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Clock = std::chrono::steady_clock;

Place at(CallRole role, int round, int draft = -1) {
    return {"p", 0, round, draft, role, 0};
}

Completion that(Finish finish, const std::string& text = "") {
    Completion out;
    out.finish = finish;
    out.text = text;
    return out;
}

TEST(RunRecorder, TimesTheCallsOfEachPhase) {
    const auto record = std::make_shared<RunRecord>();
    RunRecorder recorder(record);
    for (const int round : {1, 2}) {
        recorder.call_started(at(CallRole::draft, round, 0));
        recorder.call_started(at(CallRole::draft, round, 1));
        EXPECT_EQ(record->phases.back().seconds, 0);
        recorder.call_landed(at(CallRole::draft, round, 0), that(Finish::stop));
        const double first = record->phases.back().seconds;
        recorder.call_landed(at(CallRole::draft, round, 1), that(Finish::stop));
        EXPECT_GE(record->phases.back().seconds, first);
    }
    recorder.call_started(at(CallRole::select, 2));
    recorder.call_landed(at(CallRole::select, 2), that(Finish::stop));
    recorder.call_started(at(CallRole::final, 3));
    recorder.call_landed(at(CallRole::final, 3), that(Finish::cancelled));
    std::vector<RunPhase> phases;
    for (const PhaseTime& one : record->phases) phases.push_back(one.phase);
    EXPECT_THAT(phases, testing::ElementsAre(RunPhase::drafts, RunPhase::drafts, RunPhase::distil, RunPhase::final));
    EXPECT_FALSE(record->phases[2].is_cut);
    EXPECT_TRUE(record->phases[3].is_cut);
}

TEST(RunRecorder, KnowsWhenARunWasHeardAndWhenItsAnswerBegan) {
    const auto record = std::make_shared<RunRecord>();
    RunRecorder recorder(record);
    recorder.call_started(at(CallRole::draft, 1, 0));
    recorder.call_delta(at(CallRole::draft, 1, 0), {"", false, -1});
    EXPECT_FALSE(record->is_heard);
    recorder.call_delta(at(CallRole::draft, 1, 0), {"text", false, 1});
    EXPECT_TRUE(record->is_heard);
    recorder.call_delta(at(CallRole::final, 2), {"thought", true, 1});
    EXPECT_FALSE(record->first_text_s);
    recorder.call_delta(at(CallRole::final, 2), {"text", false, 2});
    EXPECT_TRUE(record->first_text_s);
}

TEST(RunRecorder, WhereTheTextComesAtTheEndItsFirstPieceSaysNothing) {
    const auto record = std::make_shared<RunRecord>();
    record->text_at_end = true;
    RunRecorder recorder(record);
    recorder.call_delta(at(CallRole::final, 2), {"text", false, 2});
    recorder.call_landed(at(CallRole::final, 2), that(Finish::stop, "text"));
    EXPECT_FALSE(record->first_text_s);
}

TEST(Metrics, PhasesAreCountedUnlessTheyWereCut) {
    Metrics metrics;
    EXPECT_THAT(metrics.text({}), HasSubstr("retort_run_phase_seconds_count{phase=\"judge\"} 0"));
    RunRecord run;
    run.phases = {{RunPhase::drafts, 0.2}, {RunPhase::drafts, 0.5}, {RunPhase::distil, 0.1, true}, {RunPhase::final}};
    run.first_text_s = 0.75;
    run.status = RunStatus::hung_up;
    metrics.run(run);
    EXPECT_THAT(metrics.text({}),
                AllOf(HasSubstr("retort_run_phase_seconds_count{phase=\"drafts\"} 2"),
                      HasSubstr("retort_run_phase_seconds_count{phase=\"distil\"} 0"),
                      HasSubstr("retort_run_phase_seconds_count{phase=\"final\"} 0"),
                      HasSubstr("retort_run_first_text_seconds_sum 0.75"), HasSubstr("retort_hung_up_total 1")));
}

TEST_F(FleetTest, MetricsSayByWhatAServerFailedAndHowItsBreakerStands) {
    start({named("one", server_.url())});
    there_.run([&] {
        Metrics metrics;
        const auto upstream = fleet_->upstreams().front();
        const auto text = [&] { return metrics.text({{}, fleet_.get()}); };
        EXPECT_THAT(text(), AllOf(HasSubstr("retort_upstream_breaker{state=\"closed\",upstream=\"one\"} 1"),
                                  HasSubstr("retort_upstream_breaker{state=\"open\",upstream=\"one\"} 0")));
        Upstream::Use(upstream, Clock::now()).failed(Clock::now(), Trouble::status, "500");
        Upstream::Use(upstream, Clock::now()).failed(Clock::now(), Trouble::unreachable, "gone");
        Upstream::Use(upstream, Clock::now()).failed(Clock::now(), Trouble::unreachable, "gone");
        EXPECT_THAT(text(),
                    AllOf(HasSubstr("retort_upstream_failures_total{reason=\"unreachable\",upstream=\"one\"} 2"),
                          HasSubstr("retort_upstream_failures_total{reason=\"status\",upstream=\"one\"} 1"),
                          HasSubstr("retort_upstream_failures_total{reason=\"silent\",upstream=\"one\"} 0"),
                          HasSubstr("retort_upstream_breaker{state=\"closed\",upstream=\"one\"} 0"),
                          HasSubstr("retort_upstream_breaker{state=\"open\",upstream=\"one\"} 1")));
    });
}

TEST_F(FleetTest, AnotherServerOfTheSameNameCountsFromZero) {
    start({named("one", server_.url())});
    there_.run([&] {
        Metrics metrics;
        const auto text = [&] { return metrics.text({{}, fleet_.get()}); };
        Upstream::Use(fleet_->upstreams().front(), Clock::now()).failed(Clock::now(), Trouble::broken, "cut");
        EXPECT_THAT(text(), HasSubstr("retort_upstream_failures_total{reason=\"broken\",upstream=\"one\"} 1"));
        EXPECT_TRUE(fleet_->replace({named("one", server_.url(), 2)}));
        EXPECT_THAT(text(), HasSubstr("retort_upstream_failures_total{reason=\"broken\",upstream=\"one\"} 0"));
        EXPECT_TRUE(fleet_->replace({named("two", server_.url())}));
        EXPECT_THAT(text(), Not(HasSubstr("\"one\"")));
    });
}

class QueueTest : public TwoServersTest {
  protected:
    // Asks until /metrics says so, for five seconds.
    bool comes(const std::string& line) const {
        for (int i = 0; i < 1000; ++i) {
            if (gateway_->get("/metrics").find(line) != std::string::npos) return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }
};

TEST_F(QueueTest, WhatWaitsForAPlaceAtAServerIsSaid) {
    MockOptions silent;
    silent.script = [](const MockRequest& request) -> std::optional<MockReply> {
        if (request.method != "POST") return std::nullopt;
        MockReply out;
        out.hang = true;
        return out;
    };
    MockServer server(silent);
    start(server.url(), server.url());
    GatewayRules next;
    next.upstreams = {named("narrow", server.url())};
    next.upstreams.front().in_flight = 1;
    replace(std::move(next));
    RawClient client(gateway_->port());
    client.send(post(kChat, chat("pdr:3@m", "x").dump()));
    EXPECT_TRUE(comes("retort_upstream_waiting{upstream=\"narrow\"} 2"));
    EXPECT_TRUE(comes("retort_upstream_in_flight{upstream=\"narrow\"} 1"));
    EXPECT_TRUE(comes("retort_runs_waiting 1"));
    client.hang_up();
    EXPECT_TRUE(comes("retort_upstream_waiting{upstream=\"narrow\"} 0"));
    EXPECT_TRUE(comes("retort_runs_waiting 0"));
}

TEST_F(QueueTest, ARunIsTimedByPhasesAndToItsFirstText) {
    start(a_.url(), a_.url());
    json body = chat("pdr:2@m", "x");
    body["stream"] = true;
    ask(kChat, body);
    EXPECT_TRUE(comes("retort_run_phase_seconds_count{phase=\"drafts\"} 1"));
    EXPECT_TRUE(comes("retort_run_phase_seconds_count{phase=\"final\"} 1"));
    EXPECT_TRUE(comes("retort_run_first_text_seconds_count 1"));
}

TEST_F(QueueTest, AVotesFirstTextIsItsAnswer) {
    start(a_.url(), a_.url());
    ask(kChat, chat("vote:2@m", "x"));
    EXPECT_TRUE(comes("retort_run_first_text_seconds_count 1"));
    EXPECT_TRUE(comes("retort_run_phase_seconds_count{phase=\"final\"} 0"));
}

}  // namespace
}  // namespace retort::test

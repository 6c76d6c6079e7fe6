#include "gateway/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/journal/request_journal.h"
#include "gateway/upstream_metrics.h"

namespace retort::gateway {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

const prometheus::Histogram::BucketBoundaries kSeconds{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300};
const prometheus::Histogram::BucketBoundaries kTokens{100,    300,     1'000,   3'000,    10'000,
                                                      30'000, 100'000, 300'000, 1'000'000};

void bring_to(prometheus::Counter& counter, std::int64_t value) {
    counter.Increment(static_cast<double>(value) - counter.Value());
}

}  // namespace

std::string_view name(Handling handling) {
    switch (handling) {
        case Handling::own:
            return "own";
        case Handling::passed:
            return "passed";
        case Handling::run:
            return "run";
    }
    return "own";
}

struct Metrics::State {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests = BuildCounter()
                                                            .Name("retort_requests_total")
                                                            .Help("Requests that were answered, by handling and status")
                                                            .Register(registry);
    prometheus::Family<prometheus::Histogram>& seconds = BuildHistogram()
                                                             .Name("retort_request_seconds")
                                                             .Help("From a request's end to its answer's end")
                                                             .Register(registry);
    prometheus::Family<prometheus::Counter>& tokens_family =
        BuildCounter().Name("retort_tokens_total").Help("Tokens of the calls of operators").Register(registry);
    prometheus::Counter& tokens_in = tokens_family.Add({{"direction", "in"}});
    prometheus::Counter& tokens_out = tokens_family.Add({{"direction", "out"}});
    prometheus::Family<prometheus::Counter>& calls_family =
        BuildCounter().Name("retort_calls_total").Help("Calls of operators").Register(registry);
    prometheus::Counter& calls = calls_family.Add({{"result", "completed"}});
    prometheus::Counter& failed_calls = calls_family.Add({{"result", "failed"}});
    prometheus::Counter& hung_up = BuildCounter()
                                       .Name("retort_hung_up_total")
                                       .Help("Runs whose client went away before the answer")
                                       .Register(registry)
                                       .Add({});
    prometheus::Counter& passed_hung_up = BuildCounter()
                                              .Name("retort_passed_hung_up_total")
                                              .Help("Handed-on requests whose client went away before the answer's end")
                                              .Register(registry)
                                              .Add({});
    prometheus::Family<prometheus::Histogram>& phases =
        BuildHistogram()
            .Name("retort_run_phase_seconds")
            .Help(
                "From the first call's begin to the last call's end: of a round's drafts, of distilling, of judging, "
                "of the final call")
            .Register(registry);
    prometheus::Histogram& seconds_of(RunPhase phase);
    prometheus::Histogram& first_text = BuildHistogram()
                                            .Name("retort_run_first_text_seconds")
                                            .Help("From a run's begin to the first of its answer's text")
                                            .Register(registry)
                                            .Add({}, kSeconds);
    prometheus::Histogram& b_seq = BuildHistogram()
                                       .Name("retort_run_b_seq_tokens")
                                       .Help("Tokens on the longest path to an answer")
                                       .Register(registry)
                                       .Add({}, kTokens);
    prometheus::Histogram& b_total = BuildHistogram()
                                         .Name("retort_run_b_total_tokens")
                                         .Help("Tokens of all calls of a run")
                                         .Register(registry)
                                         .Add({}, kTokens);
    prometheus::Gauge& connections =
        BuildGauge().Name("retort_connections").Help("Open connections of clients").Register(registry).Add({});
    prometheus::Gauge& in_flight =
        BuildGauge().Name("retort_requests_in_flight").Help("Requests being answered").Register(registry).Add({});
    prometheus::Gauge& runs = BuildGauge()
                                  .Name("retort_runs_in_flight")
                                  .Help("Requests that operators are answering")
                                  .Register(registry)
                                  .Add({});
    prometheus::Gauge& waiting_runs = BuildGauge()
                                          .Name("retort_runs_waiting")
                                          .Help("Runs in flight of which no call has said anything yet")
                                          .Register(registry)
                                          .Add({});
    UpstreamMetrics upstreams{registry};
    prometheus::Counter& refused = BuildCounter()
                                       .Name("retort_connections_refused_total")
                                       .Help("Connections beyond the limit")
                                       .Register(registry)
                                       .Add({});
    prometheus::Counter& malformed = BuildCounter()
                                         .Name("retort_malformed_total")
                                         .Help("Requests that were no HTTP, or beyond a limit")
                                         .Register(registry)
                                         .Add({});
    prometheus::Family<prometheus::Counter>& journal = BuildCounter()
                                                           .Name("retort_journal_total")
                                                           .Help("Requests that the journal has, and has lost")
                                                           .Register(registry);
    prometheus::Counter& journal_written = journal.Add({{"result", "written"}});
    prometheus::Counter& journal_lost = journal.Add({{"result", "lost"}});

    // Finding them by their labels takes longer than counting.
    std::map<std::pair<Handling, int>, prometheus::Counter*> known_requests;
    std::map<Handling, prometheus::Histogram*> known_seconds;
};

prometheus::Histogram& Metrics::State::seconds_of(RunPhase phase) {
    return phases.Add({{"phase", std::string(name(phase))}}, kSeconds);
}

// Phases are told of before there was one.
Metrics::Metrics() : state_(std::make_unique<State>()) {
    for (const RunPhase phase : kRunPhases) state_->seconds_of(phase);
}

Metrics::~Metrics() = default;

void Metrics::request(Handling handling, int status, double seconds) {
    const std::string how(name(handling));
    prometheus::Counter*& requests = state_->known_requests[{handling, status}];
    if (requests == nullptr) requests = &state_->requests.Add({{"handling", how}, {"status", std::to_string(status)}});
    prometheus::Histogram*& took = state_->known_seconds[handling];
    if (took == nullptr) took = &state_->seconds.Add({{"handling", how}}, kSeconds);
    requests->Increment();
    took->Observe(seconds);
}

void Metrics::run(const RunRecord& run) {
    const BudgetTotals& budget = run.budget;
    state_->tokens_in.Increment(static_cast<double>(budget.tokens_in));
    state_->tokens_out.Increment(static_cast<double>(budget.tokens_out));
    state_->calls.Increment(static_cast<double>(budget.calls));
    state_->failed_calls.Increment(static_cast<double>(budget.failed_calls));
    state_->b_seq.Observe(static_cast<double>(budget.b_seq));
    state_->b_total.Observe(static_cast<double>(budget.b_total));
    for (const PhaseTime& phase : run.phases)
        if (!phase.is_cut && phase.seconds > 0) state_->seconds_of(phase.phase).Observe(phase.seconds);
    if (run.first_text_s) state_->first_text.Observe(*run.first_text_s);
    if (run.status == RunStatus::hung_up) state_->hung_up.Increment();
}

void Metrics::passed_hung_up() {
    state_->passed_hung_up.Increment();
}

std::string Metrics::text(const Gauges& now) const {
    state_->connections.Set(static_cast<double>(now.server.connections));
    state_->in_flight.Set(static_cast<double>(now.server.exchanges));
    if (now.board != nullptr) {
        const auto& runs = now.board->in_flight();
        const auto unheard =
            std::count_if(runs.begin(), runs.end(), [](const auto& one) { return !one.second->is_heard; });
        state_->runs.Set(static_cast<double>(runs.size()));
        state_->waiting_runs.Set(static_cast<double>(unheard));
    }
    bring_to(state_->refused, now.server.refused);
    bring_to(state_->malformed, now.server.malformed);
    if (now.journal != nullptr) {
        bring_to(state_->journal_written, now.journal->written());
        bring_to(state_->journal_lost, now.journal->lost());
    }
    state_->upstreams.show(now.fleet);
    return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace retort::gateway

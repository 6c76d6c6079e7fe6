#include "gateway/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <utility>

#include "gateway/journal/request_journal.h"

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
    prometheus::Family<prometheus::Counter>& failures =
        BuildCounter()
            .Name("retort_upstream_failures_total")
            .Help("Handed-on requests without a whole answer, by reason")
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
    prometheus::Family<prometheus::Gauge>& up =
        BuildGauge().Name("retort_upstream_up").Help("1: the model server is alive and is asked").Register(registry);
    prometheus::Family<prometheus::Gauge>& upstream_in_flight = BuildGauge()
                                                                    .Name("retort_upstream_in_flight")
                                                                    .Help("Requests under way at the model server")
                                                                    .Register(registry);
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

    struct UpstreamGauges {
        prometheus::Gauge* up = nullptr;
        prometheus::Gauge* in_flight = nullptr;
    };
    std::map<std::string, UpstreamGauges> upstreams;
    void show(const Fleet* fleet);

    // Finding them by their labels takes longer than counting.
    std::map<std::pair<Handling, int>, prometheus::Counter*> known_requests;
    std::map<Handling, prometheus::Histogram*> known_seconds;
};

// Servers that are no longer there are no longer told of.
void Metrics::State::show(const Fleet* fleet) {
    std::map<std::string, UpstreamGauges> before = std::exchange(upstreams, {});
    const auto now = std::chrono::steady_clock::now();
    for (const auto& one : fleet == nullptr ? std::vector<std::shared_ptr<Upstream>>() : fleet->upstreams()) {
        UpstreamGauges& gauges = upstreams[one->name()];
        const prometheus::Labels labels{{"upstream", one->name()}};
        gauges = {&up.Add(labels), &upstream_in_flight.Add(labels)};
        gauges.up->Set(one->may_be_asked(now) ? 1 : 0);
        gauges.in_flight->Set(one->under_way());
        before.erase(one->name());
    }
    for (const auto& [name, gone] : before) {
        up.Remove(gone.up);
        upstream_in_flight.Remove(gone.in_flight);
    }
}

Metrics::Metrics() : state_(std::make_unique<State>()) {}

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

void Metrics::run(const BudgetTotals& budget, bool hung_up) {
    state_->tokens_in.Increment(static_cast<double>(budget.tokens_in));
    state_->tokens_out.Increment(static_cast<double>(budget.tokens_out));
    state_->calls.Increment(static_cast<double>(budget.calls));
    state_->failed_calls.Increment(static_cast<double>(budget.failed_calls));
    state_->b_seq.Observe(static_cast<double>(budget.b_seq));
    state_->b_total.Observe(static_cast<double>(budget.b_total));
    if (hung_up) state_->hung_up.Increment();
}

void Metrics::failed_upstream(std::string_view why) {
    state_->failures.Add({{"reason", std::string(why)}}).Increment();
}

std::string Metrics::text(const Gauges& now) const {
    state_->connections.Set(static_cast<double>(now.server.connections));
    state_->in_flight.Set(static_cast<double>(now.server.exchanges));
    state_->runs.Set(static_cast<double>(now.runs));
    bring_to(state_->refused, now.server.refused);
    bring_to(state_->malformed, now.server.malformed);
    if (now.journal != nullptr) {
        bring_to(state_->journal_written, now.journal->written());
        bring_to(state_->journal_lost, now.journal->lost());
    }
    state_->show(now.fleet);
    return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace retort::gateway

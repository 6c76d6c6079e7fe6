#include "gateway/upstream_metrics.h"

#include <algorithm>
#include <vector>

namespace retort::gateway {

using prometheus::BuildCounter;
using prometheus::BuildGauge;

UpstreamMetrics::UpstreamMetrics(prometheus::Registry& registry)
    : up_(BuildGauge().Name("retort_upstream_up").Help("1: the model server is alive and is asked").Register(registry)),
      in_flight_(BuildGauge()
                     .Name("retort_upstream_in_flight")
                     .Help("Requests under way at the model server")
                     .Register(registry)),
      waiting_(BuildGauge()
                   .Name("retort_upstream_waiting")
                   .Help("Calls of operators that wait for one of the model server's places (in_flight)")
                   .Register(registry)),
      breaker_(BuildGauge()
                   .Name("retort_upstream_breaker")
                   .Help("1: the state of the model server's breaker")
                   .Register(registry)),
      failures_(BuildCounter()
                    .Name("retort_upstream_failures_total")
                    .Help("Requests that the model server failed, handed on or of operators, by reason")
                    .Register(registry)) {}

UpstreamMetrics::Known UpstreamMetrics::add(const std::shared_ptr<Upstream>& upstream) {
    const std::string& of = upstream->name();
    Known out{upstream, &up_.Add({{"upstream", of}}), &in_flight_.Add({{"upstream", of}}),
              &waiting_.Add({{"upstream", of}})};
    for (std::size_t i = 0; i < kBreakerStates.size(); ++i)
        out.breaker[i] = &breaker_.Add({{"upstream", of}, {"state", std::string(name(kBreakerStates[i]))}});
    for (std::size_t i = 0; i < kTroubles.size(); ++i)
        out.failures[i] = &failures_.Add({{"upstream", of}, {"reason", std::string(name(kTroubles[i]))}});
    return out;
}

void UpstreamMetrics::remove(const Known& gone) {
    up_.Remove(gone.up);
    in_flight_.Remove(gone.in_flight);
    waiting_.Remove(gone.waiting);
    for (prometheus::Gauge* one : gone.breaker) breaker_.Remove(one);
    for (prometheus::Counter* one : gone.failures) failures_.Remove(one);
}

void UpstreamMetrics::show(const Fleet* fleet) {
    const auto all = fleet == nullptr ? std::vector<std::shared_ptr<Upstream>>() : fleet->upstreams();
    std::erase_if(known_, [&](const auto& known) {
        const std::shared_ptr<const Upstream> held = known.second.upstream.lock();
        const bool is_gone = held == nullptr || std::find(all.begin(), all.end(), held) == all.end();
        if (is_gone) remove(known.second);
        return is_gone;
    });
    const auto now = std::chrono::steady_clock::now();
    for (const auto& one : all) {
        const auto found = known_.find(one->name());
        const Known& known =
            found != known_.end() ? found->second : known_.emplace(one->name(), add(one)).first->second;
        const auto waiting = static_cast<double>(one->waiting());
        known.up->Set(one->may_be_asked(now) ? 1 : 0);
        known.in_flight->Set(one->under_way() - waiting);
        known.waiting->Set(waiting);
        for (std::size_t i = 0; i < kBreakerStates.size(); ++i)
            known.breaker[i]->Set(one->breaker(now) == kBreakerStates[i] ? 1 : 0);
        for (std::size_t i = 0; i < kTroubles.size(); ++i)
            known.failures[i]->Increment(static_cast<double>(one->failures(kTroubles[i])) - known.failures[i]->Value());
    }
}

}  // namespace retort::gateway

// What /metrics says of each model server. Private to the metrics.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>
#include <map>
#include <memory>
#include <string>

#include "gateway/upstream/fleet.h"

namespace retort::gateway {

// Loop thread only. The registry outlives it.
class UpstreamMetrics {
  public:
    explicit UpstreamMetrics(prometheus::Registry& registry);

    // Brings all to what is so now. Servers that are no longer there are no longer told of. Null: there are none.
    void show(const Fleet* fleet);

  private:
    template <typename Metric>
    using Family = prometheus::Family<Metric>;

    // Of one server.
    struct Known {
        std::weak_ptr<const Upstream> upstream;  // another of the same name counts from zero
        prometheus::Gauge* up = nullptr;
        prometheus::Gauge* in_flight = nullptr;
        prometheus::Gauge* waiting = nullptr;
        std::array<prometheus::Gauge*, kBreakerStates.size()> breaker{};
        std::array<prometheus::Counter*, kTroubles.size()> failures{};
    };

    Known add(const std::shared_ptr<Upstream>& upstream);
    void remove(const Known& gone);

    Family<prometheus::Gauge>& up_;
    Family<prometheus::Gauge>& in_flight_;
    Family<prometheus::Gauge>& waiting_;
    Family<prometheus::Gauge>& breaker_;
    Family<prometheus::Counter>& failures_;
    std::map<std::string, Known> known_;  // by name
};

}  // namespace retort::gateway

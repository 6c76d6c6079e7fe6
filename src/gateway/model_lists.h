// GET /v1/models: what the upstreams list, with what the gateway offers beside.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/api/model_list.h"
#include "gateway/gateway.h"
#include "gateway/http/exchange.h"

namespace retort::gateway {

inline constexpr std::string_view kModelsPath = "/v1/models";

// Loop thread only.
class ModelLists {
  public:
    // Both outlive this; `fleet` may be null. `created`: of what the gateway offers, seconds since 1970.
    ModelLists(const GatewayOptions& options, Fleet* fleet, std::int64_t created)
        : options_(options), fleet_(fleet), created_(created) {}

    // `authorization`: secret, the client's own, for servers of which the gateway has no key.
    Task<void> list(Exchange& exchange, std::string authorization) const;

    // One of them. False: nothing was answered, since no list has it.
    Task<bool> show(Exchange& exchange, std::string id, std::string authorization) const;

  private:
    static Task<ModelListing> listing(std::shared_ptr<Upstream> upstream, std::string authorization,
                                      std::stop_token stop);
    Task<std::vector<ModelListing>> listings(std::string authorization, std::stop_token stop) const;
    Offer offer() const;
    bool is_own(const std::string& id) const;

    const GatewayOptions& options_;
    Fleet* fleet_;
    std::int64_t created_;
};

}  // namespace retort::gateway

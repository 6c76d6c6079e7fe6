// A request handed on to a model server as it came, and its answer as it comes.
#pragma once

#include <string>
#include <string_view>

#include "gateway/api/api_error.h"
#include "gateway/api/usage_meter.h"
#include "gateway/http/exchange.h"
#include "gateway/http/origin.h"

namespace retort::gateway {

struct PassedOn {
    std::string target;           // on the upstream
    std::string_view body;        // the client's, or with another model's name in it
    std::string key;              // of the upstream, secret; empty: none
    bool own_keys = false;        // the client's authorisation is for the gateway, and goes no further
    UsageMeter* meter = nullptr;  // reads what of the answer goes by; null: nobody does
};

// Answers the exchange by what the upstream says. An answer that breaks off breaks off for the client too. Where the
// upstream says nothing at all, neither does this: the result says why, and another may be tried.
Task<OriginResult> pass_through(Exchange& exchange, Origin& origin, PassedOn passed);

// What a client is told where the upstream said nothing.
ApiError upstream_error(const OriginResult& result);

}  // namespace retort::gateway

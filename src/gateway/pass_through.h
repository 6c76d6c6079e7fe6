// A request handed on to a model server as it came, and its answer as it comes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "gateway/api/api_error.h"
#include "gateway/api/usage_meter.h"
#include "gateway/http/exchange.h"
#include "gateway/http/origin.h"

namespace retort::gateway {

struct PassedOn {
    std::string target;                         // on the upstream
    std::string_view body;                      // the client's, or with another model's name in it
    std::string key;                            // of the upstream, secret; empty: none
    bool own_keys = false;                      // the client's authorisation is for the gateway, and goes no further
    std::string request_id;                     // where the client gave none
    UsageMeter* meter = nullptr;                // reads what of the answer goes by; null: nobody does
    std::function<bool()> elsewhere = nullptr;  // whether another server could be asked instead
};

struct Passed {
    OriginResult result;
    int turned_away = 0;       // the status by which a server that is too busy said no; 0: it did not
    double retry_after_s = 0;  // and when it wants to be asked again; 0: it does not say
};

// Answers the exchange by what the upstream says. An answer that breaks off breaks off for the client too. Where the
// upstream says nothing at all, or turns the request away while there is another one to ask, nothing is answered: the
// result says why.
Task<Passed> pass_through(Exchange& exchange, Origin& origin, PassedOn passed);

// What a client is told where the upstream said nothing.
ApiError upstream_error(const OriginResult& result);

}  // namespace retort::gateway

// A request handed on to one of the model servers, and to another where the first says nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/pass_through.h"
#include "gateway/upstream/fleet.h"

namespace retort::gateway {

struct HandedOn {
    std::string_view target;  // of the request, from below /v1 on
    std::string_view body;
    std::string_view model;    // that it names; empty: none
    std::uint64_t prefix = 0;  // of what is to be read, where it names one
    bool own_keys = false;
    std::string request_id;       // for the server, where the client gave none
    UsageMeter* meter = nullptr;  // of the answer; null: nobody counts
};

// Answers the exchange in any case. The result is of the last try.
Task<OriginResult> hand_on(Exchange& exchange, const Fleet& fleet, HandedOn handed);

}  // namespace retort::gateway

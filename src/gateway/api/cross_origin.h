// Pages of other origins that may use the gateway from a browser (CORS). Pure.
#pragma once

#include <string>
#include <vector>

#include "gateway/http/message.h"

namespace retort::gateway {

// What an answer to this request carries: none where it comes from no page of these origins. "*" is any.
Headers cross_origin_headers(const RequestHead& head, const std::vector<std::string>& origins);

// A browser that asks beforehand whether its page may send the request that it wants to.
bool is_preflight(const RequestHead& head);

}  // namespace retort::gateway

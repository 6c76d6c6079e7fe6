// By which a request is followed from server to server.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.h"

namespace retort::gateway {

// The client's X-Request-Id where it is a plain one.
std::string request_id(const Headers& headers, std::string_view otherwise);

// Of the calls that are made for a request, "Name: value": the client's own traceparent and tracestate (W3C Trace
// Context), and X-Request-Id, the client's own or else `id`.
std::vector<std::string> trace_headers(const Headers& headers, std::string_view id);

}  // namespace retort::gateway

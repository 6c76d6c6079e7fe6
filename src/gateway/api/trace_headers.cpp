#include "gateway/api/trace_headers.h"

#include <fmt/format.h>

#include <algorithm>

namespace retort::gateway {
namespace {

constexpr std::size_t kMostBytes = 512;  // the longest tracestate that must be handed on

// Nothing that could end a line, and nothing longer than it has a reason to be.
bool may_go_on(std::string_view value) {
    const auto plain = [](unsigned char c) { return c >= ' ' && c < 0x7f; };
    return !value.empty() && value.size() <= kMostBytes && std::all_of(value.begin(), value.end(), plain);
}

}  // namespace

std::string request_id(const Headers& headers, std::string_view otherwise) {
    const std::string_view own = find_header(headers, "X-Request-Id");
    return std::string(may_go_on(own) ? own : otherwise);
}

std::vector<std::string> trace_headers(const Headers& headers, std::string_view id) {
    std::vector<std::string> out;
    for (const char* name : {"traceparent", "tracestate"})
        if (const std::string_view value = find_header(headers, name); may_go_on(value))
            out.push_back(fmt::format("{}: {}", name, value));
    out.push_back("X-Request-Id: " + request_id(headers, id));
    return out;
}

}  // namespace retort::gateway

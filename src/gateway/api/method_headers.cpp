#include "gateway/api/method_headers.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace retort::gateway {
namespace {

struct MethodHeader {
    const char* header;
    const char* member;
    bool whole;  // a number
};

constexpr std::array kHeaders{MethodHeader{"X-Retort-Operator", "operator", false},
                              MethodHeader{"X-Retort-Distiller", "distiller", false},
                              MethodHeader{"X-Retort-K", "k", true},
                              MethodHeader{"X-Retort-Workspace", "workspace", true},
                              MethodHeader{"X-Retort-Think", "think", true},
                              MethodHeader{"X-Retort-Budget-Seq", "budget_seq", true},
                              MethodHeader{"X-Retort-Budget-Total", "budget_total", true},
                              MethodHeader{"X-Retort-Progress", "progress", false}};

}  // namespace

std::string_view operator_header(const Headers& headers) {
    return find_header(headers, kHeaders.front().header);
}

std::optional<ApiError> add_method_headers(const Headers& headers, nlohmann::json& body) {
    for (const MethodHeader& known : kHeaders) {
        const std::string_view value = find_header(headers, known.header);
        if (value.empty()) continue;
        nlohmann::json& method = body["retort"];
        if (!method.is_null() && !method.is_object()) return std::nullopt;  // the body's reader says what is wrong
        if (method.is_object() && method.contains(known.member)) continue;
        if (!known.whole) {
            method[known.member] = value;
            continue;
        }
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc() || end != value.data() + value.size())
            return bad_request(fmt::format("{}: expected a whole number", known.header), known.header);
        method[known.member] = number;
    }
    return std::nullopt;
}

}  // namespace retort::gateway

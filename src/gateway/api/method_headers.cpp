#include "gateway/api/method_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace retort::gateway {
namespace {

constexpr std::string_view kBegin = "X-Retort-";

enum class Kind { text, whole, real };

struct MethodHeader {
    const char* header;
    const char* member;
    Kind kind;
};

constexpr std::array kHeaders{MethodHeader{"X-Retort-Operator", "operator", Kind::text},
                              MethodHeader{"X-Retort-Distiller", "distiller", Kind::text},
                              MethodHeader{"X-Retort-K", "k", Kind::whole},
                              MethodHeader{"X-Retort-Workspace", "workspace", Kind::whole},
                              MethodHeader{"X-Retort-Think", "think", Kind::whole},
                              MethodHeader{"X-Retort-Budget-Seq", "budget_seq", Kind::whole},
                              MethodHeader{"X-Retort-Budget-Total", "budget_total", Kind::whole},
                              MethodHeader{"X-Retort-Progress", "progress", Kind::text},
                              MethodHeader{"X-Retort-Deadline", "deadline", Kind::real},
                              MethodHeader{"X-Retort-On-Deadline", "on_deadline", Kind::text}};

template <class T>
std::optional<nlohmann::json> number_in(std::string_view value) {
    T out{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
    if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
    return nlohmann::json(out);
}

std::optional<nlohmann::json> value_of(const MethodHeader& known, std::string_view value) {
    switch (known.kind) {
        case Kind::whole:
            return number_in<std::int64_t>(value);
        case Kind::real:
            return number_in<double>(value);
        case Kind::text:
            break;
    }
    return nlohmann::json(value);
}

bool is_ours(const Header& header) {
    return same_name(std::string_view(header.name).substr(0, kBegin.size()), kBegin);
}

}  // namespace

bool has_method_header(const Headers& headers) {
    return std::any_of(headers.begin(), headers.end(), is_ours);
}

std::string_view operator_header(const Headers& headers) {
    return find_header(headers, kHeaders.front().header);
}

std::optional<ApiError> add_method_headers(const Headers& headers, nlohmann::json& body) {
    for (const Header& header : headers) {
        const auto is_it = [&](const MethodHeader& known) { return same_name(header.name, known.header); };
        if (is_ours(header) && std::none_of(kHeaders.begin(), kHeaders.end(), is_it))
            return bad_request(fmt::format("there is no header {} of the gateway's", header.name), header.name);
    }
    for (const MethodHeader& known : kHeaders) {
        const std::string_view value = find_header(headers, known.header);
        if (value.empty()) continue;
        nlohmann::json& method = body["retort"];
        if (!method.is_null() && !method.is_object()) return std::nullopt;  // the body's reader says what is wrong
        if (method.is_object() && method.contains(known.member)) continue;
        auto read = value_of(known, value);
        if (!read)
            return bad_request(
                fmt::format("{}: expected a {}number", known.header, known.kind == Kind::whole ? "whole " : ""),
                known.header);
        method[known.member] = std::move(*read);
    }
    return std::nullopt;
}

}  // namespace retort::gateway

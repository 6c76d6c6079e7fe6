#include "gateway/api/api_error.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace retort::gateway {

std::string error_body(const ApiError& error) {
    using nlohmann::ordered_json;
    const auto or_null = [](const std::string& text) {
        return text.empty() ? ordered_json(nullptr) : ordered_json(text);
    };
    const ordered_json out{{"error",
                            {{"message", error.message},
                             {"type", error.type},
                             {"param", or_null(error.param)},
                             {"code", or_null(error.code)}}}};
    return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string in_fields(std::string message) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kFields{
        {{"--budget-seq", "retort.budget_seq"},
         {"--budget-total", "retort.budget_total"},
         {"--workspace", "retort.workspace"}}};
    for (const auto& [option, field] : kFields)
        for (std::size_t at = message.find(option); at != std::string::npos; at = message.find(option, at))
            message.replace(at, option.size(), field);
    return message;
}

ApiError bad_request(std::string message, std::string param) {
    ApiError out;
    out.message = std::move(message);
    out.param = std::move(param);
    return out;
}

ApiError not_found(std::string message) {
    ApiError out;
    out.status = 404;
    out.message = std::move(message);
    return out;
}

}  // namespace retort::gateway

#include "gateway/refusals.h"

#include <fmt/format.h>

#include "gateway/operator_task.h"

namespace retort::gateway {
namespace {

ApiError unavailable(const char* code, std::string message) {
    ApiError out;
    out.status = 503;
    out.type = "server_error";
    out.code = code;
    out.message = std::move(message);
    return out;
}

}  // namespace

ApiError stopping() {
    ApiError out = unavailable("stopping", "the gateway is being stopped: ask again in a moment");
    out.retry_after_s = 1;
    return out;
}

ApiError too_busy() {
    ApiError out =
        unavailable("overloaded", "too many requests are being answered by operators: ask again in a moment");
    out.retry_after_s = 1;
    return out;
}

ApiError all_servers_down(const Fleet::Outage& outage) {
    ApiError out = unavailable("no_server", fmt::format("no model server can be asked now ({})", outage.names));
    out.retry_after_s = outage.wait_s;
    return out;
}

std::optional<ApiError> not_ready(const Fleet& fleet) {
    std::string why = "no model server answers";
    for (const auto& upstream : fleet.upstreams()) {
        if (upstream->is_alive()) return std::nullopt;
        why += fmt::format("; {}: {}", upstream->name(), upstream->trouble());
    }
    return unavailable("not_ready", std::move(why));
}

ApiError not_in_process(const RequestHead& head) {
    if (operator_api(head.path()) == nullptr)
        return not_found(fmt::format("there is no {} here: this gateway holds its models itself", head.path()));
    ApiError out = bad_request(fmt::format("{}: expected POST, found {}", head.path(), head.method));
    out.status = 405;
    return out;
}

ApiError misspelt(const std::string& name, const std::string& meant) {
    ApiError out = not_found(fmt::format("there is no model \"{}\": did you mean \"{}\"?", name, meant));
    out.code = "model_not_found";
    out.param = "model";
    return out;
}

}  // namespace retort::gateway

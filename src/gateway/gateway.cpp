#include "gateway/gateway.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "gateway/answers.h"
#include "gateway/api/body_scan.h"
#include "gateway/api/requested_model.h"
#include "gateway/pass_through.h"

namespace retort::gateway {
namespace {

constexpr std::string_view kRoot = "/v1";  // of the API here; at the upstream it is the path of its address

}  // namespace

class Gateway::Impl {
  public:
    Impl(asio::io_context& loop, GatewayOptions options, std::unique_ptr<Origin> origin)
        : options_(std::move(options)), origin_(std::move(origin)), server_(loop, options_.server, hooks()) {}

    Outcome<void> listen() { return server_.listen(); }
    std::uint16_t port() const { return server_.port(); }
    Task<void> drain(std::chrono::milliseconds grace) { return server_.drain(grace); }

  private:
    ServerHooks hooks();
    Task<void> handle(Exchange& exchange);
    Task<void> generate(Exchange& exchange);
    Task<void> hand_on(Exchange& exchange, std::string_view body);

    GatewayOptions options_;
    std::unique_ptr<Origin> origin_;
    Server server_;
};

ServerHooks Gateway::Impl::hooks() {
    ServerHooks out;
    out.handle = [this](Exchange& exchange) { return handle(exchange); };
    out.refusal_body = [](const Refusal& refusal) { return error_body(bad_request(refusal.message)); };
    out.failed = options_.log;
    return out;
}

Task<void> Gateway::Impl::handle(Exchange& exchange) {
    const RequestHead& head = exchange.head();
    const std::string_view path = head.path();
    if (path == "/health" && head.method == "GET") {
        co_await answer_json(exchange, R"({"status":"ok"})");
    } else if (!path.starts_with("/v1/")) {
        co_await answer_error(exchange, not_found(fmt::format("there is no {}: this API is at /v1", path)));
    } else if (head.method == "POST") {
        co_await generate(exchange);
    } else {
        co_await hand_on(exchange, exchange.body());
    }
}

// A body that names a model.
Task<void> Gateway::Impl::generate(Exchange& exchange) {
    const std::string& body = exchange.body();
    if (const std::string_view coding = exchange.head().header("Content-Encoding");
        !coding.empty() && coding != "identity") {
        ApiError refused = bad_request(fmt::format("the body is packed ({}): expected it as it is", coding));
        refused.status = 415;
        co_await answer_error(exchange, std::move(refused));
        co_return;
    }
    const auto scan = BodyScan::of(body);
    if (!scan) {
        co_await answer_error(exchange, bad_request(scan.error().message));
        co_return;
    }
    const Member* member = scan->find("model");
    const auto name = scan->string("model");
    if (member == nullptr || !name) {
        co_await answer_error(exchange, bad_request("\"model\": expected a name", "model"));
        co_return;
    }
    const RequestedModel requested = requested_model(*name, options_.aliases);
    const std::string& model = requested.model.empty() ? options_.model : requested.model;
    if (requested.operator_name.empty() && requested.as_it_is) {
        co_await hand_on(exchange, body);
        co_return;
    }
    if (requested.operator_name.empty() || requested.operator_name == "cot") {
        const std::string changed = scan->with(*member, nlohmann::json(model).dump());
        co_await hand_on(exchange, changed);
        co_return;
    }
    co_await answer_error(exchange,
                          bad_request(fmt::format("\"model\": operators are not served yet: {}", *name), "model"));
}

Task<void> Gateway::Impl::hand_on(Exchange& exchange, std::string_view body) {
    const std::string target = origin_->path() + exchange.head().target.substr(kRoot.size());
    PassedOn passed{target, body, options_.upstream_key};
    co_await pass_through(exchange, *origin_, std::move(passed));
}

Outcome<std::unique_ptr<Gateway>> Gateway::start(asio::io_context& loop, GatewayOptions options) {
    auto origin = Origin::make(loop, options.origin);
    if (!origin) return origin.error();
    auto impl = std::make_unique<Impl>(loop, std::move(options), std::move(*origin));
    if (const auto listening = impl->listen(); !listening) return listening.error();
    return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Gateway::~Gateway() = default;

std::uint16_t Gateway::port() const {
    return impl_->port();
}

Task<void> Gateway::drain(std::chrono::milliseconds grace) {
    return impl_->drain(grace);
}

}  // namespace retort::gateway

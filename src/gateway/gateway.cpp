#include "gateway/gateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/answers.h"
#include "gateway/api/body_scan.h"
#include "gateway/api/requested_model.h"
#include "gateway/pass_through.h"

namespace retort::gateway {
namespace {

constexpr std::string_view kRoot = "/v1";  // of the API here; at the upstream it is the path of its address

constexpr std::string_view kChat = "/v1/chat/completions";

// Of a limit on a call's tokens three quarters may be reasoning, where the model sets reasoning apart at all.
StepDefaults defaults_for(const ChatBody& body, StepDefaults out) {
    if (body.distiller) out.distiller = *body.distiller;
    if (body.k) out.k = *body.k;
    if (body.workspace) out.workspace = *body.workspace;
    if (body.max_tokens) {
        out.max_answer = std::max<std::int64_t>(1, *body.max_tokens / 4);
        out.think = *body.max_tokens - out.max_answer;
    }
    if (body.think) out.think = *body.think;
    return out;
}

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
    Task<void> run_chat(Exchange& exchange, std::string operator_name, std::string model, std::string shown);
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
    const bool plain_chain = requested.operator_name == "cot" && scan->find("retort") == nullptr;
    if (requested.operator_name.empty() || plain_chain) {
        const std::string changed = scan->with(*member, nlohmann::json(model).dump());
        co_await hand_on(exchange, changed);
        co_return;
    }
    co_await run_chat(exchange, requested.operator_name, model, *name);
}

// By an operator.
Task<void> Gateway::Impl::run_chat(Exchange& exchange, std::string operator_name, std::string model,
                                   std::string shown) {
    if (exchange.head().path() != kChat || !options_.chat_model) {
        co_await answer_error(
            exchange, bad_request(fmt::format("\"model\": {}: operators answer {} alone", shown, kChat), "model"));
        co_return;
    }
    auto body = read_chat_body(exchange.body());
    if (!body) {
        co_await answer_error(exchange, body.error());
        co_return;
    }
    auto chat_model = options_.chat_model(model);
    if (!chat_model) {
        co_await answer_error(exchange, chat_model.error());
        co_return;
    }
    chat_model->shown = std::move(shown);
    if (body->operator_name) operator_name = *body->operator_name;
    auto schedule = parse_operator(operator_name, defaults_for(*body, chat_model->prompts->defaults));
    if (!schedule) {
        co_await answer_error(exchange, bad_request(schedule.error().message, "model"));
        co_return;
    }
    exchange.body() = std::string();
    co_await answer_chat(exchange, std::move(*body), std::move(*schedule), std::move(*chat_model));
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

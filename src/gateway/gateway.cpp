#include "gateway/gateway.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "gateway/answers.h"
#include "gateway/api/body_scan.h"
#include "gateway/api/cross_origin.h"
#include "gateway/api/method_headers.h"
#include "gateway/api/requested_model.h"
#include "gateway/api/trace_headers.h"
#include "gateway/chat_run.h"
#include "gateway/clock.h"
#include "gateway/handing_on.h"
#include "gateway/metrics.h"
#include "gateway/model_lists.h"
#include "gateway/models_in_reach.h"
#include "gateway/operator_task.h"
#include "gateway/refusals.h"
#include "gateway/run_entry.h"
#include "gateway/watch/run_recorder.h"
#include "gateway/watch/watch_api.h"

namespace retort::gateway {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view kRoot = "/v1";  // of the API here; at the upstream it is the path of its address
constexpr std::string_view kApi = "/v1/";
constexpr std::size_t kPrefixBytes = 1024;

std::int64_t seconds_since_1970() {
    return now_ms() / 1000;
}

// Of what the model is to read: requests that share it go to the same server.
std::uint64_t prefix_of(const BodyScan& scan) {
    for (const char* name : {"messages", "prompt", "input"})
        if (const Member* member = scan.find(name)) return hash64(scan.raw(*member).substr(0, kPrefixBytes));
    return 0;
}

std::string bearer_of(std::string_view authorization) {
    constexpr std::string_view kBearer = "Bearer ";
    const bool is_bearer = same_name(authorization.substr(0, kBearer.size()), kBearer);
    return is_bearer ? std::string(authorization.substr(kBearer.size())) : std::string();
}

}  // namespace

class Gateway::Impl {
  public:
    Impl(asio::io_context& loop, GatewayOptions options, std::unique_ptr<Fleet> fleet)
        : options_(std::move(options)),
          fleet_(std::move(fleet)),
          models_(options_, fleet_.get()),
          lists_(options_, fleet_.get(), started_),
          server_(loop, options_.server, hooks()) {
        keys_.replace(options_.rules.keys);
        if (options_.journal) board_.restore(options_.journal->take_history());
    }

    Outcome<void> listen() { return server_.listen(); }
    std::uint16_t port() const { return server_.port(); }
    Task<void> drain(std::chrono::milliseconds grace) { return server_.drain(grace); }
    Outcome<void> replace(GatewayRules rules);

  private:
    // Who asks.
    struct Client {
        std::string key;       // its name; empty: there are no keys
        bool content = false;  // may read what others asked
        bool metered = false;  // its tokens are limited
    };

    ServerHooks hooks();
    Task<void> handle(Exchange& exchange);
    void tell(ServedRequest request);
    Task<ServedRequest> admit(Exchange& exchange);
    Task<ServedRequest> metered(Exchange& exchange, const std::shared_ptr<Key>& key, const Client& client);
    Task<ServedRequest> dispatch(Exchange& exchange, const Client& client);
    Task<ServedRequest> generate(Exchange& exchange, const Client& client);
    Task<ServedRequest> generate(Exchange& exchange, const Client& client, const BodyScan& scan);
    Task<ServedRequest> run(Exchange& exchange, const Client& client, AskedOperator asked);
    Task<ServedRequest> hand_on(Exchange& exchange, const Client& client, std::string_view body, std::string_view model,
                                std::uint64_t prefix);
    Task<ServedRequest> show_model(Exchange& exchange, const Client& client);
    Task<void> tell_readiness(Exchange& exchange);
    Task<ServedRequest> refuse(Exchange& exchange, ApiError error);
    std::optional<ApiError> all_down(const std::string& model) const;
    ReplyIdentity identity_of(const AskedOperator& asked, const ChatBody& body);
    std::string passed_authorization(const Exchange& exchange) const;
    std::string new_id();

    GatewayOptions options_;
    std::unique_ptr<Fleet> fleet_;  // null: models in process alone
    ModelsInReach models_;
    const std::int64_t started_ = seconds_since_1970();
    ModelLists lists_;
    Keys keys_;
    Metrics metrics_;
    Board board_;
    std::uint64_t ids_ = 0;
    Server server_;
};

Outcome<void> Gateway::Impl::replace(GatewayRules rules) {
    if (rules.upstreams.empty() != (fleet_ == nullptr))
        return Error{ErrorKind::usage, "whether there are model servers at all cannot change: start the gateway again"};
    if (fleet_)
        if (const auto replaced = fleet_->replace(rules.upstreams); !replaced) return replaced.error();
    keys_.replace(rules.keys);
    options_.rules = std::move(rules);
    return {};
}

ServerHooks Gateway::Impl::hooks() {
    ServerHooks out;
    out.handle = [this](Exchange& exchange) { return handle(exchange); };
    out.refusal_body = [](const Refusal& refusal) { return error_body(bad_request(refusal.message)); };
    out.failed = options_.log;
    return out;
}

Task<void> Gateway::Impl::handle(Exchange& exchange) {
    const Steady::time_point begun = Steady::now();
    const std::int64_t begun_ms = now_ms();
    ServedRequest out = co_await admit(exchange);
    out.method = kept_name(exchange.head().method);
    out.path = kept_name(exchange.head().path());
    out.model = kept_name(out.model);
    out.begun_ms = begun_ms;
    out.status = exchange.status();
    out.seconds = std::chrono::duration<double>(Steady::now() - begun).count();
    tell(std::move(out));
}

void Gateway::Impl::tell(ServedRequest request) {
    metrics_.request(request.handling, request.status, request.seconds);
    if (request.handling != Handling::own)
        board_.request_ended(now_ms(), request.seconds, request.status, request.run != nullptr, request.tokens(),
                             static_cast<int>(server_.counts().exchanges) - 1);
    if (options_.served) options_.served(request);
    const bool is_kept = request.path.starts_with(kApi) && !request.is_stranger;
    if (options_.journal && is_kept) options_.journal->add(std::move(request));
}

Task<ServedRequest> Gateway::Impl::refuse(Exchange& exchange, ApiError error) {
    co_await answer_error(exchange, std::move(error));
    co_return ServedRequest{};
}

// Whether it lives may be asked by anyone, all else by who has a key where there are keys.
Task<ServedRequest> Gateway::Impl::admit(Exchange& exchange) {
    const std::string_view path = exchange.head().path();
    if (path.starts_with(kApi)) {  // pages of others have no business with the rest
        exchange.accompany(cross_origin_headers(exchange.head(), options_.rules.origins));
        if (is_preflight(exchange.head())) {
            co_await exchange.send({204, {}}, "");
            co_return ServedRequest{};
        }
    }
    if (!keys_.are_needed() || path == "/" || path == "/health" || path == "/ready") {
        const bool known = !keys_.are_needed() && names_this_host(exchange.head(), options_.server.host);
        co_return co_await dispatch(exchange, {"", known, false});
    }
    const std::shared_ptr<Key> key = keys_.find(exchange.head().headers);
    if (!key) {
        ServedRequest out = co_await refuse(exchange, unknown_key());
        out.is_stranger = true;
        co_return out;
    }
    const KeyOptions& known = key->options();
    const Client client{known.name, known.admin, known.tokens_per_minute > 0};
    ServedRequest out;
    if (path.starts_with(kApi))
        out = co_await metered(exchange, key, client);
    else
        out = co_await dispatch(exchange, client);  // a page that watches asks every second
    out.key = known.name;
    co_return out;
}

// Within the limits of its key.
Task<ServedRequest> Gateway::Impl::metered(Exchange& exchange, const std::shared_ptr<Key>& key, const Client& client) {
    if (auto limit = key->may_ask(Steady::now())) co_return co_await refuse(exchange, std::move(*limit));
    Key::Use use(key, Steady::now());
    ServedRequest out = co_await dispatch(exchange, client);
    use.spent(static_cast<double>(out.tokens() + out.passed_tokens), Steady::now());
    co_return out;
}

Task<ServedRequest> Gateway::Impl::dispatch(Exchange& exchange, const Client& client) {
    const RequestHead& head = exchange.head();
    const std::string_view path = head.path();
    const bool reads = head.method == "GET" || head.method == "HEAD";
    if (reads && path == "/health") {
        co_await answer_json(exchange, R"({"status":"ok"})");
    } else if (reads && path == "/ready") {
        co_await tell_readiness(exchange);
    } else if (reads && path == "/metrics") {
        const std::string text = metrics_.text({server_.counts(), fleet_.get(), options_.journal.get(), &board_});
        co_await answer_text(exchange, text, "text/plain; version=0.0.4; charset=utf-8");
    } else if (reads && path == "/") {
        co_await answer_page(exchange);
    } else if (reads && path.starts_with(kWatchRoot)) {
        const Watched watched{board_, fleet_.get(), options_.journal.get(), 1000 * started_};
        co_await answer_watch(exchange, watched, {keys_.are_needed(), client.content});
    } else if (reads && path == kModelsPath) {
        co_await lists_.list(exchange, passed_authorization(exchange));
    } else if (!path.starts_with("/v1/")) {
        co_await answer_error(exchange, not_found(fmt::format("there is no {}: this API is at /v1", path)));
    } else if (reads && path.starts_with("/v1/models/")) {
        co_return co_await show_model(exchange, client);
    } else if (head.method == "POST") {
        co_return co_await generate(exchange, client);
    } else {
        co_return co_await hand_on(exchange, client, exchange.body(), "", 0);
    }
    co_return ServedRequest{};
}

Task<ServedRequest> Gateway::Impl::generate(Exchange& exchange, const Client& client) {
    if (const std::string_view coding = exchange.head().header("Content-Encoding");
        !coding.empty() && coding != "identity") {
        ApiError refused = bad_request(fmt::format("the body is packed ({}): expected it as it is", coding));
        refused.status = 415;
        co_return co_await refuse(exchange, std::move(refused));
    }
    const auto scan = BodyScan::of(exchange.body());
    if (!scan) co_return co_await refuse(exchange, bad_request(scan.error().message));
    co_return co_await generate(exchange, client, *scan);
}

// A body that names a model.
Task<ServedRequest> Gateway::Impl::generate(Exchange& exchange, const Client& client, const BodyScan& scan) {
    const GatewayRules& rules = options_.rules;
    const Member* member = scan.find("model");
    const auto name = scan.string("model");
    const bool left_out = member == nullptr && !rules.model.empty();
    if (!name && !left_out) co_return co_await refuse(exchange, bad_request("\"model\": expected a name", "model"));
    const std::string shown = name ? *name : rules.model;
    const RequestedModel requested = requested_model(shown, rules.aliases);
    AskedOperator asked;
    asked.api = operator_api(exchange.head().path());
    asked.operator_name = requested.operator_name;
    asked.otherwise = rules.operator_name;
    asked.model = requested.model.empty() ? rules.model : requested.model;
    asked.shown = shown;
    asked.key = bearer_of(passed_authorization(exchange));
    if (asked.operator_name.empty()) asked.operator_name = operator_header(exchange.head().headers);
    const bool has_method = scan.find("retort") != nullptr || has_method_header(exchange.head().headers);
    if (asked.operator_name.empty() && !requested.by_default) asked.operator_name = "cot";  // a model is meant
    const bool is_local = fleet_ == nullptr || models_.local(asked.model) != nullptr;
    if (is_local || has_method || asked.operator_name != "cot")
        co_return co_await run(exchange, client, std::move(asked));
    if (requested.as_it_is && fleet_->none_lists(asked.model))
        if (const std::string meant = nearly_operator(asked.model); !meant.empty())
            co_return co_await refuse(exchange, misspelt(asked.model, meant));
    const std::uint64_t prefix = fleet_->upstreams().size() > 1 ? prefix_of(scan) : 0;
    if (requested.as_it_is && member != nullptr)
        co_return co_await hand_on(exchange, client, exchange.body(), asked.model, prefix);
    const std::string model = nlohmann::json(asked.model).dump();
    const std::string changed = member != nullptr ? scan.with(*member, model) : scan.with_new("model", model);
    co_return co_await hand_on(exchange, client, changed, asked.model, prefix);
}

// By an operator.
Task<ServedRequest> Gateway::Impl::run(Exchange& exchange, const Client& client, AskedOperator asked) {
    if (asked.api == nullptr)
        co_return co_await refuse(exchange,
                                  bad_request(fmt::format("\"model\": {}: operators, and models in process, answer "
                                                          "/v1/chat/completions, /v1/completions and /v1/responses",
                                                          asked.shown),
                                              "model"));
    if (board_.in_flight().size() >= options_.rules.most_runs) co_return co_await refuse(exchange, too_busy());
    auto task = operator_task(exchange.head(), exchange.body(), asked, models_);
    if (!task) co_return co_await refuse(exchange, task.error());
    if (auto down = all_down(asked.model)) co_return co_await refuse(exchange, std::move(*down));
    task->identity = identity_of(asked, task->body);
    if (asked.api->repeats) task->identity.request = exchange.body();
    task->writer = asked.api->writer(task->identity);
    task->headers =
        std::make_shared<const std::vector<std::string>>(trace_headers(exchange.head().headers, task->identity.id));
    exchange.body() = std::string();
    RunEntry entry(board_, *task, asked.model, client.key);
    task->listener = std::make_unique<RunRecorder>(entry.record());
    const ChatOutcome outcome = co_await answer_chat(exchange, std::move(*task));
    entry.finish(outcome);
    metrics_.run(*entry.record());
    ServedRequest out;
    out.handling = Handling::run;
    out.model = asked.model;
    out.request_id = request_id(exchange.head().headers, entry.record()->id);
    out.run = entry.record();
    co_return out;
}

// Why a run over this model would only wait; none: it may begin.
std::optional<ApiError> Gateway::Impl::all_down(const std::string& model) const {
    if (fleet_ == nullptr || options_.waits_for_servers || models_.local(model) != nullptr) return std::nullopt;
    const auto outage = fleet_->outage(model);
    if (!outage) return std::nullopt;
    return all_servers_down(*outage);
}

ReplyIdentity Gateway::Impl::identity_of(const AskedOperator& asked, const ChatBody& body) {
    ReplyIdentity out;
    out.id = new_id();
    out.model = asked.shown;
    out.created = seconds_since_1970();
    out.wants_usage = body.wants_usage;
    return out;
}

std::string Gateway::Impl::new_id() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return sha256_hex(fmt::format("{} {}", now.count(), ++ids_)).substr(0, 24);
}

Task<ServedRequest> Gateway::Impl::hand_on(Exchange& exchange, const Client& client, std::string_view body,
                                           std::string_view model, std::uint64_t prefix) {
    if (fleet_ == nullptr) co_return co_await refuse(exchange, not_in_process(exchange.head()));
    const std::string target = exchange.head().target.substr(kRoot.size());
    if (leaves_its_root(exchange.head().path()))
        co_return co_await refuse(exchange, bad_request("the path: expected one without . and .. and //"));
    UsageMeter meter;
    ServedRequest out;
    out.request_id = request_id(exchange.head().headers, new_id());
    HandedOn handed{target, body, model, prefix, keys_.are_needed(), out.request_id, client.metered ? &meter : nullptr};
    const OriginResult result = co_await gateway::hand_on(exchange, *fleet_, handed);
    if (result.failure == OriginFailure::cancelled) metrics_.passed_hung_up();
    out.handling = Handling::passed;
    out.model = model;
    out.passed_tokens = meter.tokens();
    co_return out;
}

// The client's own, for servers of which the gateway has no key: unless it is the gateway's own.
std::string Gateway::Impl::passed_authorization(const Exchange& exchange) const {
    return keys_.are_needed() ? std::string() : std::string(exchange.head().header("Authorization"));
}

// Not every server that lists its models tells of one.
Task<ServedRequest> Gateway::Impl::show_model(Exchange& exchange, const Client& client) {
    const std::string id = unescaped(exchange.head().path().substr(kModelsPath.size() + 1));
    const bool answered = co_await lists_.show(exchange, id, passed_authorization(exchange));
    if (answered || exchange.stop().stop_requested()) co_return ServedRequest{};
    co_return co_await hand_on(exchange, client, exchange.body(), id, 0);
}

// Whether requests can be answered now.
Task<void> Gateway::Impl::tell_readiness(Exchange& exchange) {
    const std::optional<ApiError> trouble = fleet_ ? not_ready(*fleet_) : std::nullopt;
    if (trouble)
        co_await answer_error(exchange, *trouble);
    else
        co_await answer_json(exchange, R"({"status":"ready"})");
}

Outcome<std::unique_ptr<Gateway>> Gateway::start(asio::io_context& loop, GatewayOptions options) {
    std::unique_ptr<Fleet> fleet;
    if (!options.rules.upstreams.empty()) {
        auto made = Fleet::make(loop, options.rules.upstreams, options.retry);
        if (!made) return made.error();
        fleet = std::move(*made);
    }
    auto impl = std::make_unique<Impl>(loop, std::move(options), std::move(fleet));
    if (const auto listening = impl->listen(); !listening) return listening.error();
    return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Gateway::~Gateway() = default;

std::uint16_t Gateway::port() const {
    return impl_->port();
}

Outcome<void> Gateway::replace(GatewayRules rules) {
    return impl_->replace(std::move(rules));
}

Task<void> Gateway::drain(std::chrono::milliseconds grace) {
    return impl_->drain(grace);
}

}  // namespace retort::gateway

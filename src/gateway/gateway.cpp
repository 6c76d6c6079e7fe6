#include "gateway/gateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "gateway/answers.h"
#include "gateway/api/body_scan.h"
#include "gateway/api/chat_object.h"
#include "gateway/api/method_headers.h"
#include "gateway/api/model_list.h"
#include "gateway/api/requested_model.h"
#include "gateway/chat_run.h"
#include "gateway/metrics.h"
#include "gateway/models_in_reach.h"
#include "gateway/pass_through.h"
#include "operator/asked_problem.h"

namespace retort::gateway {
namespace {

using nlohmann::json;
using Steady = std::chrono::steady_clock;

constexpr std::string_view kRoot = "/v1";  // of the API here; at the upstream it is the path of its address
constexpr std::string_view kModels = "/v1/models";

// An API by which operators answer.
struct OperatorApi {
    std::string_view path;
    ApiOutcome<ChatObject> (*chat_of)(std::string_view body);
    std::unique_ptr<ReplyWriter> (*writer)(ReplyIdentity identity);
};

constexpr std::array kApis{OperatorApi{"/v1/chat/completions", chat_of_body, chat_writer},
                           OperatorApi{"/v1/completions", chat_of_text_body, text_writer},
                           OperatorApi{"/v1/responses", chat_of_response_body, response_writer}};

const OperatorApi* api_at(std::string_view path) {
    const auto found =
        std::find_if(kApis.begin(), kApis.end(), [&](const OperatorApi& one) { return one.path == path; });
    return found == kApis.end() ? nullptr : &*found;
}

std::int64_t seconds_since_1970() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

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

// The question inside of what the client has said. A model that knows one kind of problem alone reads the question
// alone, in the words that it knows.
ApiOutcome<Problem> problem_of(const ChatBody& body, const PromptSet& prompts, const std::string& model) {
    if (!prompts.scope) {
        Problem out;
        out.id = problem_id(body.asked);
        out.text = body.asked;
        out.conversation = body.conversation;
        return out;
    }
    ScopedProblem scoped = scoped_problem(body.asked, std::nullopt, prompts, model);
    if (!scoped.beyond.empty()) return bad_request(std::move(scoped.beyond), "messages");
    return std::move(scoped.asked.problem);
}

}  // namespace

class Gateway::Impl {
  public:
    Impl(asio::io_context& loop, GatewayOptions options, std::unique_ptr<Upstream> upstream)
        : options_(std::move(options)),
          upstream_(std::move(upstream)),
          models_(options_, upstream_.get()),
          server_(loop, options_.server, hooks()) {}

    Outcome<void> listen() { return server_.listen(); }
    std::uint16_t port() const { return server_.port(); }
    Task<void> drain(std::chrono::milliseconds grace) { return server_.drain(grace); }

  private:
    // A request for an operator, as far as its model's name says.
    struct Asked {
        const OperatorApi* api = nullptr;
        std::string operator_name;  // empty: the prompt set's
        std::string model;
        std::string shown;  // the name that the client used
    };

    ServerHooks hooks();
    Task<void> handle(Exchange& exchange);
    Task<Handling> dispatch(Exchange& exchange);
    Task<Handling> generate(Exchange& exchange);
    Task<Handling> run(Exchange& exchange, Asked asked);
    ApiOutcome<ChatTask> task_of(const Exchange& exchange, const std::string& body, const Asked& asked) const;
    ReplyIdentity identity_of(const Asked& asked, const ChatBody& body);
    Task<Handling> hand_on(Exchange& exchange, std::string_view body);
    Task<void> list_models(Exchange& exchange);
    Task<Handling> show_model(Exchange& exchange);
    Task<void> tell_readiness(Exchange& exchange);
    Offer offer() const;

    GatewayOptions options_;
    std::unique_ptr<Upstream> upstream_;  // null: none
    ModelsInReach models_;
    Metrics metrics_;
    std::uint64_t replies_ = 0;
    const std::int64_t started_ = seconds_since_1970();
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
    const Steady::time_point begun = Steady::now();
    const Handling handling = co_await dispatch(exchange);
    metrics_.request(handling, exchange.status(), std::chrono::duration<double>(Steady::now() - begun).count());
}

Task<Handling> Gateway::Impl::dispatch(Exchange& exchange) {
    const RequestHead& head = exchange.head();
    const std::string_view path = head.path();
    const bool reads = head.method == "GET" || head.method == "HEAD";
    if (reads && path == "/health") {
        co_await answer_json(exchange, R"({"status":"ok"})");
    } else if (reads && path == "/ready") {
        co_await tell_readiness(exchange);
    } else if (reads && path == "/metrics") {
        co_await answer_text(exchange, metrics_.text(server_.counts()), "text/plain; version=0.0.4; charset=utf-8");
    } else if (reads && path == kModels) {
        co_await list_models(exchange);
    } else if (!path.starts_with("/v1/")) {
        co_await answer_error(exchange, not_found(fmt::format("there is no {}: this API is at /v1", path)));
    } else if (reads && path.starts_with("/v1/models/")) {
        co_return co_await show_model(exchange);
    } else if (head.method == "POST") {
        co_return co_await generate(exchange);
    } else {
        co_return co_await hand_on(exchange, exchange.body());
    }
    co_return Handling::own;
}

// A body that names a model.
Task<Handling> Gateway::Impl::generate(Exchange& exchange) {
    const std::string& body = exchange.body();
    if (const std::string_view coding = exchange.head().header("Content-Encoding");
        !coding.empty() && coding != "identity") {
        ApiError refused = bad_request(fmt::format("the body is packed ({}): expected it as it is", coding));
        refused.status = 415;
        co_await answer_error(exchange, std::move(refused));
        co_return Handling::own;
    }
    const auto scan = BodyScan::of(body);
    if (!scan) {
        co_await answer_error(exchange, bad_request(scan.error().message));
        co_return Handling::own;
    }
    const Member* member = scan->find("model");
    const auto name = scan->string("model");
    if (!name && !(member == nullptr && !options_.model.empty())) {
        co_await answer_error(exchange, bad_request("\"model\": expected a name", "model"));
        co_return Handling::own;
    }
    const std::string shown = name ? *name : options_.model;
    const RequestedModel requested = requested_model(shown, options_.aliases);
    const std::string& model = requested.model.empty() ? options_.model : requested.model;
    std::string operator_name = requested.operator_name;
    if (const std::string_view given = operator_header(exchange.head().headers);
        operator_name.empty() && !given.empty())
        operator_name = given;
    const bool names_none = operator_name.empty() && !requested.by_default;
    const bool is_local = upstream_ == nullptr || models_.local(model) != nullptr;
    const bool as_a_chain = names_none || (operator_name == "cot" && scan->find("retort") == nullptr);
    if (as_a_chain && !is_local) {
        if (requested.as_it_is && member != nullptr) co_return co_await hand_on(exchange, body);
        if (member == nullptr) {
            co_await answer_error(exchange, bad_request("\"model\": expected a name", "model"));
            co_return Handling::own;
        }
        const std::string changed = scan->with(*member, json(model).dump());
        co_return co_await hand_on(exchange, changed);
    }
    Asked asked{api_at(exchange.head().path()), names_none ? "cot" : operator_name, model, shown};
    co_return co_await run(exchange, std::move(asked));
}

// By an operator.
Task<Handling> Gateway::Impl::run(Exchange& exchange, Asked asked) {
    if (asked.api == nullptr) {
        co_await answer_error(
            exchange,
            bad_request(fmt::format("\"model\": {}: operators, and models in process, answer /v1/chat/completions, "
                                    "/v1/completions and /v1/responses",
                                    asked.shown),
                        "model"));
        co_return Handling::own;
    }
    auto task = task_of(exchange, exchange.body(), asked);
    if (!task) {
        co_await answer_error(exchange, task.error());
        co_return Handling::own;
    }
    task->identity = identity_of(asked, task->body);
    task->writer = asked.api->writer(task->identity);
    exchange.body() = std::string();
    const ChatOutcome outcome = co_await answer_chat(exchange, std::move(*task));
    metrics_.run(outcome.budget, outcome.hung_up);
    co_return Handling::run;
}

ApiOutcome<ChatTask> Gateway::Impl::task_of(const Exchange& exchange, const std::string& body,
                                            const Asked& asked) const {
    auto object = asked.api->chat_of(body);
    if (!object) return object.error();
    if (const auto wrong = add_method_headers(exchange.head().headers, object->json)) return *wrong;
    auto read = read_chat_body(object->json);
    if (!read) return read.error();
    auto model = models_.find(asked.model);
    if (!model) return model.error();
    if (models_.local(asked.model) != nullptr && read->conversation->for_final)
        return bad_request(fmt::format("the model {} runs in process and keeps to none of these: {}", asked.model,
                                       *read->conversation->for_final));
    const PromptSet& prompts = *model->prompts;
    std::string operator_name = read->operator_name.value_or(asked.operator_name);
    if (operator_name.empty()) operator_name = options_.operator_name;
    if (operator_name.empty()) operator_name = prompts.default_operator;
    auto schedule = parse_operator(operator_name, defaults_for(*read, prompts.defaults));
    if (!schedule) return bad_request(schedule.error().message, "model");
    auto problem = problem_of(*read, prompts, asked.model);
    if (!problem) return problem.error();
    ChatTask out;
    out.body = std::move(*read);
    out.problem = std::move(*problem);
    out.schedule = std::move(*schedule);
    out.model = std::move(*model);
    return out;
}

ReplyIdentity Gateway::Impl::identity_of(const Asked& asked, const ChatBody& body) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    ReplyIdentity out;
    out.id = sha256_hex(fmt::format("{} {}", now.count(), ++replies_)).substr(0, 24);
    out.model = asked.shown;
    out.created = seconds_since_1970();
    out.wants_usage = body.wants_usage;
    return out;
}

Task<Handling> Gateway::Impl::hand_on(Exchange& exchange, std::string_view body) {
    if (upstream_ == nullptr) {
        co_await answer_error(exchange,
                              not_found(fmt::format("there is no {} here: this gateway holds its models itself",
                                                    exchange.head().path())));
        co_return Handling::own;
    }
    const std::string target = upstream_->origin().path() + exchange.head().target.substr(kRoot.size());
    PassedOn passed{target, body, upstream_->key()};
    const OriginResult result = co_await pass_through(exchange, upstream_->origin(), std::move(passed));
    if (result.failure != OriginFailure::none) metrics_.failed_upstream(name(result.failure));
    co_return Handling::passed;
}

Offer Gateway::Impl::offer() const {
    Offer out;
    for (const LocalModel& one : options_.local) out.local.push_back(one.name);
    out.model = options_.model;
    out.operators = options_.offered;
    out.aliases = options_.aliases;
    out.created = started_;
    return out;
}

Task<void> Gateway::Impl::list_models(Exchange& exchange) {
    if (upstream_ == nullptr) {
        co_await answer_json(exchange, *model_list("", offer()));
        co_return;
    }
    std::string authorization(exchange.head().header("Authorization"));
    const ModelListing listing = co_await upstream_->list_models(std::move(authorization), exchange.stop());
    if (listing.result.failure != OriginFailure::none) {
        co_await answer_error(exchange, upstream_error(listing.result));
        co_return;
    }
    const auto merged = listing.status == 200 ? model_list(listing.body, offer()) : std::nullopt;
    if (merged)
        co_await answer_json(exchange, *merged);
    else
        co_await answer_json(exchange, listing.body, listing.status);
}

Task<Handling> Gateway::Impl::show_model(Exchange& exchange) {
    const std::string id = unescaped(exchange.head().path().substr(kModels.size() + 1));
    const bool is_own = upstream_ == nullptr ? models_.local(id) != nullptr : false;
    if (is_own || !requested_model(id, options_.aliases).as_it_is) {
        co_await answer_json(exchange, model_entry(id, offer()));
        co_return Handling::own;
    }
    co_return co_await hand_on(exchange, exchange.body());
}

// Whether requests can be answered now: of an upstream, that it speaks at all.
Task<void> Gateway::Impl::tell_readiness(Exchange& exchange) {
    if (upstream_ != nullptr) {
        const ModelListing listing = co_await upstream_->list_models("", exchange.stop());
        if (listing.result.failure != OriginFailure::none || listing.status >= 500) {
            ApiError error = upstream_error(listing.result);
            error.status = 503;
            co_await answer_error(exchange, std::move(error));
            co_return;
        }
    }
    co_await answer_json(exchange, R"({"status":"ready"})");
}

Outcome<std::unique_ptr<Gateway>> Gateway::start(asio::io_context& loop, GatewayOptions options) {
    std::unique_ptr<Upstream> upstream;
    if (options.upstream) {
        auto made = Upstream::make(loop, *options.upstream);
        if (!made) return made.error();
        upstream = std::move(*made);
    }
    auto impl = std::make_unique<Impl>(loop, std::move(options), std::move(upstream));
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

#include "gateway/handing_on.h"

#include <fmt/format.h>

#include "gateway/answers.h"

namespace retort::gateway {
namespace {

using Steady = std::chrono::steady_clock;

Trouble trouble_of(OriginFailure failure) {
    if (failure == OriginFailure::unreachable) return Trouble::unreachable;
    return failure == OriginFailure::silent ? Trouble::silent : Trouble::broken;
}

// What came of it, as far as that is the server's doing: a client that went away says nothing of it.
void tell(Upstream::Use& use, const Upstream& upstream, const OriginResult& result, int status) {
    if (result.failure == OriginFailure::cancelled) return;
    if (result.failure != OriginFailure::none)
        use.failed(Steady::now(), trouble_of(result.failure), result.detail);
    else if (upstream.refuses_key(status))
        use.key_refused(Steady::now(), status);
    else if (status >= 500)
        use.failed(Steady::now(), Trouble::status, fmt::format("it answered with status {}", status));
    else
        use.succeeded();
}

}  // namespace

Task<OriginResult> hand_on(Exchange& exchange, const Fleet& fleet, HandedOn handed) {
    std::vector<std::shared_ptr<Upstream>> held;
    std::vector<const Upstream*> tried;
    OriginResult result;
    while (const std::shared_ptr<Upstream> upstream = fleet.choose(handed.model, handed.prefix, tried)) {
        held.push_back(upstream);
        tried.push_back(upstream.get());
        Upstream::Use use(upstream, Steady::now());
        PassedOn passed{upstream->origin().path() + std::string(handed.target), handed.body, upstream->key(),
                        handed.own_keys, handed.meter};
        result = co_await pass_through(exchange, upstream->origin(), std::move(passed));
        tell(use, *upstream, result, exchange.status());
        const bool said_nothing =
            result.failure == OriginFailure::unreachable || result.failure == OriginFailure::broken;
        if (result.began || !said_nothing) break;
    }
    if (tried.empty()) {
        ApiError nowhere = not_found(fmt::format("there is no model \"{}\" at any of the model servers", handed.model));
        nowhere.code = "model_not_found";
        nowhere.param = "model";
        co_await answer_error(exchange, std::move(nowhere));
        co_return OriginResult{};
    }
    if (result.failure != OriginFailure::none && result.failure != OriginFailure::cancelled && !result.began)
        co_await answer_error(exchange, upstream_error(result));
    co_return result;
}

}  // namespace retort::gateway

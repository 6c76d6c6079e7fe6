#include "gateway/handing_on.h"

#include <fmt/format.h>

#include "gateway/answers.h"
#include "gateway/refusals.h"

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

void turned_away(Upstream::Use& use, const Upstream& upstream, const Passed& answer) {
    if (answer.turned_away == 429)
        use.limited(Steady::now(), answer.retry_after_s);
    else
        tell(use, upstream, {}, answer.turned_away);
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
        PassedOn passed{upstream->origin().path() + std::string(handed.target),
                        handed.body,
                        upstream->key(),
                        handed.own_keys,
                        handed.request_id,
                        handed.meter};
        passed.elsewhere = [&] {
            const auto other = fleet.choose(handed.model, handed.prefix, tried);
            return other != nullptr && other->may_be_asked(Steady::now());
        };
        const Passed answer = co_await pass_through(exchange, upstream->origin(), std::move(passed));
        result = answer.result;
        if (answer.turned_away != 0) {
            turned_away(use, *upstream, answer);
            if (exchange.stop().stop_requested()) break;
            continue;
        }
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
    if (result.began || result.failure == OriginFailure::none) co_return result;
    if (result.failure != OriginFailure::cancelled)
        co_await answer_error(exchange, upstream_error(result));
    else if (exchange.is_given_up())
        co_await answer_error(exchange, stopping());
    co_return result;
}

}  // namespace retort::gateway

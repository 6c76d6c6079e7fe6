#include "gateway/model_lists.h"

#include <fmt/format.h>

#include <algorithm>

#include "async/nursery.h"
#include "gateway/answers.h"
#include "gateway/api/requested_model.h"
#include "gateway/pass_through.h"
#include "gateway/run_clock.h"

namespace retort::gateway {
namespace {

constexpr double kTime_s = 5;
constexpr double kTimeOfKnown_s = 1;  // of a server that has given a list before

}  // namespace

Offer ModelLists::offer() const {
    Offer out;
    for (const LocalModel& one : options_.local) out.local.push_back(one.name);
    out.model = options_.rules.model;
    out.operators = options_.rules.offered;
    out.aliases = options_.rules.aliases;
    out.created = created_;
    return out;
}

// Of one, and only for so long; what it listed before takes the place of what it does not say in time.
Task<ModelListing> ModelLists::listing(std::shared_ptr<Upstream> upstream, std::string authorization,
                                       std::stop_token stop) {
    const auto executor = co_await asio::this_coro::executor;
    const std::shared_ptr<const std::string> known = upstream->last_list();
    const RunClock clock(executor, std::move(stop), known ? kTimeOfKnown_s : kTime_s);
    ModelListing out = co_await upstream->list_models(std::move(authorization), clock.stop());
    if (known && clock.is_over()) out = {{}, 200, *known};
    co_return out;
}

// All at one time: a server that says nothing holds up no list.
Task<std::vector<ModelListing>> ModelLists::listings(std::string authorization, std::stop_token stop) const {
    const auto executor = co_await asio::this_coro::executor;
    Nursery<ModelListing> asked(executor);
    for (const std::shared_ptr<Upstream>& upstream : fleet_->upstreams())
        asked.spawn(listing(upstream, authorization, stop));
    std::vector<ModelListing> out(asked.outstanding());
    while (asked.outstanding() > 0) {
        Nursery<ModelListing>::Landed landed = co_await asked.next();
        out[landed.index] = std::move(landed.value);
    }
    co_return out;
}

Task<void> ModelLists::list(Exchange& exchange, std::string authorization) const {
    std::vector<std::string> lists;
    ModelListing other;  // what one said that gave no list
    std::vector<ModelListing> all;
    if (fleet_ != nullptr) all = co_await listings(std::move(authorization), exchange.stop());
    for (ModelListing& one : all) {
        if (one.result.failure == OriginFailure::none && one.status == 200)
            lists.push_back(std::move(one.body));
        else
            other = std::move(one);
    }
    const bool some = fleet_ == nullptr || !lists.empty();
    const auto merged = some ? model_list(lists, offer()) : std::nullopt;
    if (merged)
        co_await answer_json(exchange, *merged);
    else if (some)
        co_await answer_error(exchange, upstream_error({OriginFailure::broken, false, "it gave no list of models"}));
    else if (other.result.failure == OriginFailure::cancelled)
        co_await answer_error(exchange, upstream_error({OriginFailure::silent, false, ""}));
    else if (other.result.failure != OriginFailure::none)
        co_await answer_error(exchange, upstream_error(other.result));
    else
        co_await answer_json(exchange, other.body, other.status);
}

// A model in process, an alias, or an operator.
bool ModelLists::is_own(const std::string& id) const {
    const auto has_name = [&](const LocalModel& one) { return one.name == id; };
    return std::any_of(options_.local.begin(), options_.local.end(), has_name) ||
           !requested_model(id, options_.rules.aliases).as_it_is;
}

Task<bool> ModelLists::show(Exchange& exchange, std::string id, std::string authorization) const {
    if (is_own(id)) {
        const RequestedModel requested = requested_model(id, options_.rules.aliases);
        const bool is_known = requested.operator_name.empty() || parse_operator(requested.operator_name, {});
        if (is_known)
            co_await answer_json(exchange, model_entry(id, offer()));
        else
            co_await answer_error(exchange, not_found(fmt::format("there is no model \"{}\"", id)));
        co_return true;
    }
    if (fleet_ == nullptr) co_return false;
    const std::vector<ModelListing> all = co_await listings(std::move(authorization), exchange.stop());
    for (const ModelListing& one : all) {
        const auto found = one.status == 200 ? entry_in(one.body, id) : std::nullopt;
        if (!found) continue;
        co_await answer_json(exchange, *found);
        co_return true;
    }
    co_return false;
}

}  // namespace retort::gateway

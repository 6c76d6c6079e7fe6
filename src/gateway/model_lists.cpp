#include "gateway/model_lists.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/answers.h"
#include "gateway/api/requested_model.h"
#include "gateway/pass_through.h"

namespace retort::gateway {

Offer ModelLists::offer() const {
    Offer out;
    for (const LocalModel& one : options_.local) out.local.push_back(one.name);
    out.model = options_.rules.model;
    out.operators = options_.rules.offered;
    out.aliases = options_.rules.aliases;
    out.created = created_;
    return out;
}

Task<void> ModelLists::list(Exchange& exchange, std::string authorization) const {
    if (fleet_ == nullptr) {
        co_await answer_json(exchange, *model_list({}, offer()));
        co_return;
    }
    std::vector<std::string> lists;
    ModelListing other;  // what one said that gave no list
    for (const std::shared_ptr<Upstream>& upstream : std::vector(fleet_->upstreams())) {
        ModelListing listing = co_await upstream->list_models(authorization, exchange.stop());
        if (listing.result.failure == OriginFailure::none && listing.status == 200)
            lists.push_back(std::move(listing.body));
        else
            other = std::move(listing);
    }
    const auto merged = lists.empty() ? std::nullopt : model_list(lists, offer());
    if (merged)
        co_await answer_json(exchange, *merged);
    else if (other.result.failure != OriginFailure::none)
        co_await answer_error(exchange, upstream_error(other.result));
    else
        co_await answer_json(exchange, lists.empty() ? other.body : lists.front(), lists.empty() ? other.status : 200);
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
    for (const std::shared_ptr<Upstream>& upstream : std::vector(fleet_->upstreams())) {
        const ModelListing listing = co_await upstream->list_models(authorization, exchange.stop());
        const auto found = listing.status == 200 ? entry_in(listing.body, id) : std::nullopt;
        if (!found) continue;
        co_await answer_json(exchange, *found);
        co_return true;
    }
    co_return false;
}

}  // namespace retort::gateway

#include "gateway/upstream/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/detached.hpp>

#include "base/hash.h"
#include "gateway/upstream/routed_model.h"

namespace retort::gateway {
namespace {

constexpr double kMoment_s = 1;  // for which a request waits where all servers are down
constexpr double kSlack = 8;     // requests that the one with the prefix may have under way more than the idlest

std::string_view name_of(const std::optional<Dialect>& dialect) {
    return dialect ? std::string_view(dialect->name) : std::string_view();
}

bool is_same(const UpstreamOptions& a, const UpstreamOptions& b) {
    return a.name == b.name && a.origin.url == b.origin.url && a.model.api_key == b.model.api_key &&
           a.models == b.models && a.weight == b.weight && a.in_flight == b.in_flight &&
           a.tokens_per_minute == b.tokens_per_minute && a.health == b.health &&
           name_of(a.model.dialect) == name_of(b.model.dialect);
}

// By the highest hash of prefix and server: adding a server moves only what goes to it.
std::shared_ptr<Upstream> home_of(std::uint64_t prefix, const std::vector<std::shared_ptr<Upstream>>& among) {
    std::shared_ptr<Upstream> out;
    std::uint64_t best = 0;
    for (const auto& one : among) {
        const std::uint64_t rank = hash64(fmt::format("{} {}", prefix, one->name()));
        if (out && rank <= best) continue;
        best = rank;
        out = one;
    }
    return out;
}

}  // namespace

Outcome<std::unique_ptr<Fleet>> Fleet::make(asio::io_context& loop, std::vector<UpstreamOptions> options,
                                            RetryPolicy retry) {
    std::unique_ptr<Fleet> out(new Fleet(loop, std::move(retry)));
    if (const auto replaced = out->replace(std::move(options)); !replaced) return replaced.error();
    return out;
}

Fleet::~Fleet() {
    for (Watched& one : watched_) one.stop.request_stop();
}

void Fleet::watch(std::shared_ptr<Upstream> upstream) {
    Watched out{std::move(upstream), {}};
    asio::co_spawn(loop_, Upstream::watch(out.upstream, out.stop.get_token()), asio::detached);
    watched_.push_back(std::move(out));
}

Outcome<void> Fleet::replace(std::vector<UpstreamOptions> options) {
    std::vector<std::shared_ptr<Upstream>> next;
    for (UpstreamOptions& one : options) {
        if (one.name.empty()) one.name = without_credentials(one.origin.url);
        const auto same = std::find_if(upstreams_.begin(), upstreams_.end(),
                                       [&](const auto& known) { return is_same(known->options(), one); });
        if (same != upstreams_.end()) {
            next.push_back(*same);
            continue;
        }
        auto made = Upstream::make(loop_, std::move(one));
        if (!made) return made.error();
        next.push_back(std::move(*made));
    }
    std::vector<Watched> before = std::exchange(watched_, {});
    for (const auto& one : next) {
        const auto known =
            std::find_if(before.begin(), before.end(), [&](const Watched& watched) { return watched.upstream == one; });
        if (known == before.end()) {
            watch(one);
        } else {
            watched_.push_back(std::move(*known));
            before.erase(known);
        }
    }
    for (Watched& gone : before) gone.stop.request_stop();
    upstreams_ = std::move(next);
    return {};
}

// Where a server's own list has the model, those whose own list lacks it are left out. What the file says of a server
// is about that one alone.
std::vector<std::shared_ptr<Upstream>> Fleet::of_model(std::string_view model) const {
    const bool is_listed = std::any_of(upstreams_.begin(), upstreams_.end(), [&](const auto& one) {
        return one->options().models.empty() && one->lists(model) == Listed::yes;
    });
    std::vector<std::shared_ptr<Upstream>> out;
    for (const auto& one : upstreams_)
        if (one->serves(model) && !(is_listed && one->lists(model) == Listed::no)) out.push_back(one);
    return out;
}

std::shared_ptr<Upstream> Fleet::choose(std::string_view model, std::uint64_t prefix,
                                        const std::vector<const Upstream*>& tried) const {
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<Upstream>> all;
    std::vector<std::shared_ptr<Upstream>> well;
    for (const auto& one : of_model(model)) {
        if (std::find(tried.begin(), tried.end(), one.get()) != tried.end()) continue;
        all.push_back(one);
        if (one->may_be_asked(now) && one->tokens().wait_for(1, now) <= 0) well.push_back(one);
    }
    const auto& among = well.empty() ? all : well;
    if (among.size() < 2) return among.empty() ? nullptr : among.front();
    const auto idlest = *std::min_element(among.begin(), among.end(),
                                          [](const auto& a, const auto& b) { return a->load() < b->load(); });
    const auto home = home_of(prefix, among);
    return home->load() <= idlest->load() + kSlack / home->options().weight ? home : idlest;
}

std::optional<Fleet::Outage> Fleet::outage(std::string_view model) const {
    const auto now = std::chrono::steady_clock::now();
    Outage out;
    for (const auto& one : of_model(model)) {
        const double wait = one->wait_s(now);
        if (wait <= kMoment_s) return std::nullopt;
        out.wait_s = out.names.empty() ? wait : std::min(out.wait_s, wait);
        out.names += fmt::format("{}{}", out.names.empty() ? "" : ", ", one->name());
    }
    return out.names.empty() ? std::nullopt : std::optional(std::move(out));
}

bool Fleet::none_lists(std::string_view model) const {
    return std::all_of(upstreams_.begin(), upstreams_.end(),
                       [&](const auto& one) { return one->lists(model) == Listed::no; });
}

std::shared_ptr<LanguageModel> Fleet::model(const std::string& name, const std::string& key) {
    return models_.get(name, key, [&]() -> std::shared_ptr<LanguageModel> {
        return std::make_shared<RetryingModel>(std::make_shared<RoutedModel>(*this, name, key), retry_);
    });
}

}  // namespace retort::gateway

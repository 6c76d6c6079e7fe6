#include "gateway/upstream/upstream.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "async/sleep.h"
#include "gateway/api/model_list.h"

namespace retort::gateway {
namespace {

constexpr std::size_t kMostListed = std::size_t{8} << 20;
constexpr std::size_t kMostRead = std::size_t{1} << 20;  // of a list, to choose by: a longer one costs too much time
constexpr std::chrono::seconds kLookEvery{10};
constexpr std::chrono::seconds kLookTime{1};  // that one takes where nobody is there, at most
constexpr std::chrono::seconds kLookFor{5};   // then it is held for dead
constexpr double kShortestRest_s = 1;         // of a server that has had enough
constexpr double kLongestRest_s = 60;         // whatever it says

}  // namespace

std::string_view name(Trouble trouble) {
    switch (trouble) {
        case Trouble::unreachable:
            return "unreachable";
        case Trouble::broken:
            return "broken";
        case Trouble::silent:
            return "silent";
        case Trouble::status:
            return "status";
        case Trouble::key_refused:
            return "key_refused";
    }
    return "broken";
}

Outcome<std::shared_ptr<Upstream>> Upstream::make(asio::io_context& loop, UpstreamOptions options) {
    if (options.name.empty()) options.name = without_credentials(options.origin.url);
    auto origin = Origin::make(loop, options.origin);
    if (!origin) return origin.error();
    return std::shared_ptr<Upstream>(new Upstream(loop, std::move(options), std::move(*origin)));
}

Upstream::Upstream(asio::io_context& loop, UpstreamOptions options, std::unique_ptr<Origin> origin)
    : options_(std::move(options)),
      origin_(std::move(origin)),
      client_(std::make_shared<HttpClient>(loop)),
      places_(std::make_shared<Semaphore>(options_.in_flight)),
      tokens_(options_.tokens_per_minute) {}

Upstream::~Upstream() = default;

std::shared_ptr<LanguageModel> Upstream::model(const std::string& name, const std::string& key) {
    return models_.get(name, key, [&]() -> std::shared_ptr<LanguageModel> {
        HttpModelOptions options = options_.model;
        options.model = name;
        if (options.api_key.empty()) options.api_key = key;
        return std::make_shared<LimitingModel>(std::make_shared<HttpModel>(client_, std::move(options)), places_);
    });
}

bool Upstream::serves(std::string_view model) const {
    const auto& models = options_.models;
    return models.empty() || std::find(models.begin(), models.end(), model) != models.end();
}

double Upstream::wait_s(Time now) const {
    const std::chrono::duration<double> gone = gone_until_ - now;
    // One that answers, if only that it is broken, may do better with another request.
    const double waits = nobody_there_ ? breaker_.wait(now).count() : 0;
    return std::max({0.0, waits, gone.count()});
}

Listed Upstream::lists(std::string_view model) const {
    if (!options_.models.empty()) return serves(model) ? Listed::yes : Listed::no;
    if (!listed_) return Listed::unknown;
    return listed_->contains(model) ? Listed::yes : Listed::no;
}

Task<ModelListing> Upstream::get(std::string target, std::string authorization, std::stop_token stop) {
    if (!key().empty()) authorization = "Bearer " + key();
    OriginRequest request{"GET", std::move(target), {}, {}};
    if (!authorization.empty()) request.headers.push_back({"Authorization", std::move(authorization)});
    ModelListing out;
    ModelListing* into = &out;
    OriginSink sink;
    sink.head = [into](const ReplyHead& head, std::optional<std::uint64_t>) { into->status = head.status; };
    sink.piece = [into](std::string_view bytes) -> Task<bool> {
        into->body += bytes;
        co_return into->body.size() <= kMostListed;
    };
    out.result = co_await origin_->fetch(std::move(request), std::move(sink), std::move(stop));
    co_return out;
}

Task<ModelListing> Upstream::list_models(std::string authorization, std::stop_token stop) {
    return get(origin_->path() + "/models", std::move(authorization), std::move(stop));
}

// A server that says anything but that it is broken is alive: not all have a list of models, or give it to anyone.
Task<void> Upstream::look_after(std::stop_token stop) {
    std::stop_source late;
    const std::stop_callback on_stop(stop, [&late] { late.request_stop(); });
    asio::steady_timer timer(co_await asio::this_coro::executor, kLookFor);
    timer.async_wait([late](const boost::system::error_code& error) mutable {
        if (!error) late.request_stop();
    });
    const std::string target = options_.health.empty() ? origin_->path() + "/models" : options_.health;
    ModelListing answer = co_await get(target, "", late.get_token());
    timer.cancel();
    if (stop.stop_requested()) co_return;
    const bool answered = answer.result.failure == OriginFailure::none;
    const Time now = std::chrono::steady_clock::now();
    const bool was_alive = std::exchange(alive_, answered && answer.status < 500);
    if (alive_ && !was_alive) breaker_.reached_again(now);
    gone_until_ = answer.result.failure == OriginFailure::unreachable ? now + kLookEvery + kLookTime : Time();
    const bool is_list = options_.health.empty() && answered && answer.status == 200 && answer.body.size() <= kMostRead;
    if (is_list) note_list(std::move(answer.body));
    if (alive_ && !is_list) listed_.reset();
    if (alive_) co_return;
    trouble_ = answered ? fmt::format("its health is status {}", answer.status)
               : answer.result.failure == OriginFailure::cancelled ? "its health was not told in time"
                                                                   : answer.result.detail;
}

void Upstream::note_list(std::string body) {
    auto ids = ids_in(body);
    if (!ids) return;
    listed_ = std::move(*ids);
    list_ = std::make_shared<const std::string>(std::move(body));
}

Task<void> Upstream::watch(std::shared_ptr<Upstream> self, std::stop_token stop) {
    while (!stop.stop_requested()) {
        co_await self->look_after(stop);
        co_await sleep_for(kLookEvery, stop);
    }
}

Upstream::Use::Use(std::shared_ptr<Upstream> upstream, Time now)
    : upstream_(std::move(upstream)), finds_out_(upstream_->breaker_.begun(now)) {
    ++upstream_->under_way_;
}

Upstream::Use::~Use() {
    --upstream_->under_way_;
    if (!told_) upstream_->breaker_.given_up(finds_out_);
}

void Upstream::Use::succeeded() {
    told_ = true;
    upstream_->breaker_.succeeded();
    upstream_->nobody_there_ = false;
    upstream_->alive_ = true;
    upstream_->gone_until_ = {};
}

void Upstream::Use::limited(Time now, double asked_s) {
    succeeded();
    const std::chrono::duration<double> rest(std::clamp(asked_s, kShortestRest_s, kLongestRest_s));
    upstream_->rests_until_ = std::max(upstream_->rests_until_, now + std::chrono::duration_cast<Time::duration>(rest));
}

void Upstream::Use::key_refused(Time now, int status) {
    failed(now, Trouble::key_refused, fmt::format("its key is refused (status {})", status));
}

void Upstream::Use::failed(Time now, Trouble trouble, std::string why) {
    told_ = true;
    ++upstream_->failures_[static_cast<std::size_t>(trouble)];
    upstream_->trouble_ = std::move(why);
    upstream_->nobody_there_ = trouble == Trouble::unreachable;
    upstream_->breaker_.failed(now, trouble == Trouble::unreachable, finds_out_);
}

}  // namespace retort::gateway

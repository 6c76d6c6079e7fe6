#include "gateway/upstream/upstream.h"

namespace retort::gateway {
namespace {

constexpr std::size_t kMostModels = 256;
constexpr std::size_t kMostListed = std::size_t{8} << 20;

}  // namespace

Outcome<std::unique_ptr<Upstream>> Upstream::make(asio::io_context& loop, UpstreamOptions options) {
    auto origin = Origin::make(loop, options.origin);
    if (!origin) return origin.error();
    return std::unique_ptr<Upstream>(new Upstream(loop, std::move(options), std::move(*origin)));
}

Upstream::Upstream(asio::io_context& loop, UpstreamOptions options, std::unique_ptr<Origin> origin)
    : options_(std::move(options)),
      origin_(std::move(origin)),
      client_(std::make_shared<HttpClient>(loop)),
      places_(std::make_shared<Semaphore>(options_.in_flight)) {}

LanguageModel* Upstream::model(const std::string& name) {
    if (const auto found = models_.find(name); found != models_.end()) return found->second.get();
    if (models_.size() >= kMostModels) return nullptr;
    HttpModelOptions options = options_.model;
    options.model = name;
    auto limited = std::make_shared<LimitingModel>(std::make_shared<HttpModel>(client_, std::move(options)), places_);
    auto model = std::make_shared<RetryingModel>(std::move(limited), options_.retry);
    return models_.emplace(name, std::move(model)).first->second.get();
}

Task<ModelListing> Upstream::list_models(std::string authorization, std::stop_token stop) {
    if (!key().empty()) authorization = "Bearer " + key();
    OriginRequest request{"GET", origin_->path() + "/models", {}, {}};
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

}  // namespace retort::gateway

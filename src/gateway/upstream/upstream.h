// The model server behind the gateway: the way to it for what is handed on, and its models for the calls of operators.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "async/semaphore.h"
#include "async/task.h"
#include "base/error.h"
#include "gateway/http/origin.h"
#include "model/http/http_model.h"
#include "model/limiting_model.h"
#include "model/retrying_model.h"

namespace retort::gateway {

struct UpstreamOptions {
    OriginOptions origin;    // its address, for what is handed on
    HttpModelOptions model;  // the same server, for the calls of operators; the model's name is left out
    std::size_t in_flight = kDefaultInFlight;  // calls of operators
    RetryPolicy retry;                         // likewise
};

struct ModelListing {
    OriginResult result;
    int status = 0;
    std::string body;  // as the server wrote it
};

// Loop thread only; must outlive its calls.
class Upstream {
  public:
    static Outcome<std::unique_ptr<Upstream>> make(asio::io_context& loop, UpstreamOptions options);

    Origin& origin() { return *origin_; }
    const std::string& key() const { return options_.model.api_key; }

    // By the server's name for it. Names come from clients: null past so many different ones.
    LanguageModel* model(const std::string& name);

    // GET /models, with the client's own authorisation where the gateway has no key.
    Task<ModelListing> list_models(std::string authorization, std::stop_token stop);

  private:
    Upstream(asio::io_context& loop, UpstreamOptions options, std::unique_ptr<Origin> origin);

    UpstreamOptions options_;
    std::unique_ptr<Origin> origin_;
    std::shared_ptr<HttpClient> client_;
    std::shared_ptr<Semaphore> places_;
    std::map<std::string, std::shared_ptr<LanguageModel>, std::less<>> models_;
};

}  // namespace retort::gateway

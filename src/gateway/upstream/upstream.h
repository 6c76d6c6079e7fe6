// A model server behind the gateway: the way to it for what is handed on, its models for the calls of operators, and
// what is known of its health.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "async/semaphore.h"
#include "async/task.h"
#include "base/error.h"
#include "gateway/access/bucket.h"
#include "gateway/http/origin.h"
#include "gateway/upstream/breaker.h"
#include "gateway/upstream/known_models.h"
#include "model/http/http_model.h"
#include "model/limiting_model.h"

namespace retort::gateway {

struct UpstreamOptions {
    std::string name;                          // for people; empty: its address
    OriginOptions origin;                      // its address, for what is handed on
    HttpModelOptions model;                    // the same server, for the calls of operators; without a model's name
    std::vector<std::string> models;           // that it is asked for; empty: any
    double weight = 1;                         // its share of the work beside the others
    std::size_t in_flight = kDefaultInFlight;  // calls of operators
    double tokens_per_minute = 0;              // of the calls of operators; 0: no limit
    std::string health;                        // path that is asked for its health; empty: /models below its address
};

// Whether a server has a model, as far as that is known.
enum class Listed { no, yes, unknown };

// What a server failed a request by.
enum class Trouble {
    unreachable,  // nobody was there
    broken,       // the connection broke, or what came is not what the API promises
    silent,       // nothing came for too long
    status,       // it answered that it is broken: 500 or more
    key_refused,  // the gateway's own
};
std::string_view name(Trouble trouble);
inline constexpr std::array kTroubles{Trouble::unreachable, Trouble::broken, Trouble::silent, Trouble::status,
                                      Trouble::key_refused};

struct ModelListing {
    OriginResult result;
    int status = 0;
    std::string body;  // as the server wrote it
};

// Loop thread only. Who uses one holds it: a server that the configuration no longer names ends with its last request.
class Upstream {
  public:
    using Time = std::chrono::steady_clock::time_point;

    static Outcome<std::shared_ptr<Upstream>> make(asio::io_context& loop, UpstreamOptions options);
    ~Upstream();

    const UpstreamOptions& options() const { return options_; }
    const std::string& name() const { return options_.name; }
    Origin& origin() { return *origin_; }
    const std::string& key() const { return options_.model.api_key; }

    // By the server's name for it, bounded by in_flight together with its others. `key`: secret, where the gateway has
    // none for this server; empty: none. Null where too many different ones are in use: names come from clients.
    std::shared_ptr<LanguageModel> model(const std::string& name, const std::string& key);

    bool serves(std::string_view model) const;  // as far as the configuration says

    // By the configuration where that names it, or else by the list that it last gave when its health was asked.
    Listed lists(std::string_view model) const;

    // That list as the server wrote it; null: it gave none yet.
    const std::shared_ptr<const std::string>& last_list() const { return list_; }

    // This status of an answer means that the gateway's own key is wrong there: not the client's. 403 is also said of
    // what was asked.
    bool refuses_key(int status) const { return !key().empty() && status == 401; }

    // GET /models, with the client's own authorisation where the gateway has no key.
    Task<ModelListing> list_models(std::string authorization, std::stop_token stop);

    // Asks after its health now and then, until it is told to stop.
    static Task<void> watch(std::shared_ptr<Upstream> self, std::stop_token stop);

    // A request to it: counted while it is under way, and by how it ended.
    class Use {
      public:
        Use(std::shared_ptr<Upstream> upstream, Time now);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

        void succeeded();
        void failed(Time now, Trouble trouble, std::string why);
        void limited(Time now, double asked_s);  // it is well, and wants no more for so long; 0: it does not say
        void key_refused(Time now, int status);

      private:
        std::shared_ptr<Upstream> upstream_;
        const bool finds_out_;  // whether it is well again
        bool told_ = false;
    };

    double load() const { return static_cast<double>(under_way_) / options_.weight; }
    int under_way() const { return under_way_; }
    bool is_alive() const { return alive_; }  // by the last look at its health
    BreakerState breaker(Time now) const { return breaker_.state(now); }
    bool may_be_asked(Time now) const { return alive_ && now >= rests_until_ && breaker_.allows(now); }
    double wait_s(Time now) const;  // it is known to be down, and is asked again after so many seconds; 0: it is not
    const std::string& trouble() const { return trouble_; }  // the last; for people
    std::int64_t failures() const { return std::accumulate(failures_.begin(), failures_.end(), std::int64_t{0}); }
    std::int64_t failures(Trouble trouble) const { return failures_[static_cast<std::size_t>(trouble)]; }
    std::size_t waiting() const { return places_->waiting(); }  // of those under way, for one of its places
    Bucket& tokens() { return tokens_; }

  private:
    Upstream(asio::io_context& loop, UpstreamOptions options, std::unique_ptr<Origin> origin);
    Task<ModelListing> get(std::string target, std::string authorization, std::stop_token stop);
    Task<void> look_after(std::stop_token stop);
    void note_list(std::string body);

    UpstreamOptions options_;
    std::unique_ptr<Origin> origin_;
    std::shared_ptr<HttpClient> client_;
    std::shared_ptr<Semaphore> places_;
    KnownModels models_;
    Breaker breaker_;
    Bucket tokens_;
    Time rests_until_{};                                        // it said that it had had enough
    std::optional<std::set<std::string, std::less<>>> listed_;  // its models, as it last said
    std::shared_ptr<const std::string> list_;
    int under_way_ = 0;
    bool alive_ = true;
    bool nobody_there_ = false;  // at the last failure
    Time gone_until_{};          // nobody was there at the last look: until the next
    std::string trouble_;
    std::array<std::int64_t, kTroubles.size()> failures_{};
};

}  // namespace retort::gateway

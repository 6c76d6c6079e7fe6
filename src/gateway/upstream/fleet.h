// All model servers of the gateway: which of them a request goes to, and models that are asked wherever there is room.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/upstream/upstream.h"
#include "model/retrying_model.h"

namespace retort::gateway {

// Loop thread only. Must outlive the calls of its models.
class Fleet {
  public:
    static Outcome<std::unique_ptr<Fleet>> make(asio::io_context& loop, std::vector<UpstreamOptions> options,
                                                RetryPolicy retry);
    ~Fleet();

    // What stays the same stays as it is, requests and all; what is gone ends with its last request. On an error
    // nothing changes.
    Outcome<void> replace(std::vector<UpstreamOptions> options);

    // The one with the least under way for its weight, of those that may be asked. Requests with the same prefix go to
    // the same one as long as it is not much busier, so that what it has read stays cached. Those that may not be
    // asked are taken where there is no other; those whose list of models lacks it, only where no list has it. Null:
    // none serves the model, or all that do were tried.
    std::shared_ptr<Upstream> choose(std::string_view model, std::uint64_t prefix,
                                     const std::vector<const Upstream*>& tried = {}) const;

    // Where all servers that the model may be asked of are known to be down: which, and after how many seconds the
    // first is asked again. None: one is not, or is asked again in a moment.
    struct Outage {
        std::string names;  // of the servers
        double wait_s = 0;
    };
    std::optional<Outage> outage(std::string_view model) const;

    bool none_lists(std::string_view model) const;  // what all of them have is known, and none has it

    // Asked wherever there is room, and again elsewhere where a server fails. `key`: secret, for servers of which the
    // gateway has none. Null where too many different ones are in use.
    std::shared_ptr<LanguageModel> model(const std::string& name, const std::string& key = "");

    const std::vector<std::shared_ptr<Upstream>>& upstreams() const { return upstreams_; }

  private:
    Fleet(asio::io_context& loop, RetryPolicy retry) : loop_(loop), retry_(std::move(retry)) {}
    void watch(std::shared_ptr<Upstream> upstream);
    std::vector<std::shared_ptr<Upstream>> of_model(std::string_view model) const;

    struct Watched {
        std::shared_ptr<Upstream> upstream;
        std::stop_source stop;
    };

    asio::io_context& loop_;
    RetryPolicy retry_;
    std::vector<std::shared_ptr<Upstream>> upstreams_;
    std::vector<Watched> watched_;
    KnownModels models_;
};

}  // namespace retort::gateway

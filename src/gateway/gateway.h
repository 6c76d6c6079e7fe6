// The gateway: an OpenAI-compatible server before a model server, or over models in process. What names an operator is
// run by it, everything else is handed on as it came.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/error.h"
#include "gateway/access/keys.h"
#include "gateway/http/server.h"
#include "gateway/journal/request_journal.h"
#include "gateway/served_request.h"
#include "gateway/upstream/fleet.h"
#include "operator/prompts.h"

namespace retort::gateway {

struct LocalModel {
    std::string name;
    std::shared_ptr<LanguageModel> model;
    PromptSet prompts;
};

// Models of single roles, by their names; empty: the model that the request names.
struct RoleModels {
    std::string distil;
    std::string judge;
    std::string final;
};

// What may change while the gateway serves.
struct GatewayRules {
    std::vector<UpstreamOptions> upstreams;  // none: models in process alone, and nothing is handed on
    std::vector<KeyOptions> keys;            // none: anyone may ask
    std::string model;                       // where a request names none; empty: it must
    RoleModels roles;
    std::string operator_name;                                // of "retort"; empty: that of the prompt set
    std::map<std::string, std::string, std::less<>> aliases;  // "smart" -> "pdr:8,4@qwen"
    std::vector<std::string> offered;                         // operators that the list of models shows with each model
    std::vector<std::string> origins;                         // of pages that may ask from a browser; "*": any
    std::size_t most_runs = 1024;                             // by operators at one time
};

struct GatewayOptions {
    ServerOptions server;
    GatewayRules rules;
    std::vector<LocalModel> local;
    PromptSet prompts;                                 // for the upstreams' models
    RetryPolicy retry;                                 // of operators' calls
    bool waits_for_servers = false;                    // requests for operators begin though all servers are down
    std::function<void(const std::string&)> log;       // what went wrong here, one line each
    std::function<void(const ServedRequest&)> served;  // must not wait
    std::shared_ptr<RequestJournal> journal;           // null: none
};

// Loop thread only.
class Gateway {
  public:
    // Begins to serve. The error says what is in the way.
    static Outcome<std::unique_ptr<Gateway>> start(asio::io_context& loop, GatewayOptions options);
    ~Gateway();

    std::uint16_t port() const;

    // Requests under way go on as they began. On an error nothing changes. Whether there are upstreams at all stays.
    Outcome<void> replace(GatewayRules rules);

    // No new requests; those under way go on for so long. Returns when all are done.
    Task<void> drain(std::chrono::milliseconds grace);

    class Impl;

  private:
    explicit Gateway(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace retort::gateway

// The gateway: an OpenAI-compatible server before a model server. What names an operator is run by it, everything else
// is handed on as it came.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/error.h"
#include "gateway/chat_run.h"
#include "gateway/http/origin.h"
#include "gateway/http/server.h"

namespace retort::gateway {

struct GatewayOptions {
    ServerOptions server;
    OriginOptions origin;      // the model server
    std::string upstream_key;  // secret; empty: the client's own authorisation goes on to it
    std::string model;         // where a request names none; empty: it must
    std::map<std::string, std::string, std::less<>> aliases;  // "smart" -> "pdr:8,4@qwen"
    // What an operator runs over, by the upstream's name for it. Not set: operators are refused.
    std::function<ApiOutcome<ChatModel>(const std::string& model)> chat_model;
    std::function<void(const std::string&)> log;  // one line each
};

// Loop thread only.
class Gateway {
  public:
    // Begins to serve. The error says what is in the way.
    static Outcome<std::unique_ptr<Gateway>> start(asio::io_context& loop, GatewayOptions options);
    ~Gateway();

    std::uint16_t port() const;

    // No new requests; those under way go on for so long. Returns when all are done.
    Task<void> drain(std::chrono::milliseconds grace);

    class Impl;

  private:
    explicit Gateway(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace retort::gateway

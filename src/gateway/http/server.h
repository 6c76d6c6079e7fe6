// An HTTP server on the loop: connections, limits, time; what is asked and answered is the handler's business.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "async/task.h"
#include "base/error.h"
#include "gateway/http/certificate.h"
#include "gateway/http/exchange.h"

namespace retort::gateway {

struct ServerOptions {
    std::string host = "127.0.0.1";          // an address, or a name of this machine
    std::uint16_t port = 8080;               // 0: any that is free
    std::shared_ptr<const Certificate> tls;  // null: plain
    std::size_t most_connections = 10'000;
    std::uint32_t most_head_bytes = 32 * 1024;
    std::uint64_t most_body_bytes = std::uint64_t{64} << 20;
    std::chrono::milliseconds head_time{15'000};   // for a whole head, from its first byte or the connection's begin
    std::chrono::milliseconds body_time{120'000};  // for a whole body
    std::chrono::milliseconds idle_time{75'000};   // between two requests of a connection
    std::chrono::milliseconds write_time{60'000};  // for one piece to be taken
};

// What errors of HTTP itself look like: a refusal before any handler ran.
struct Refusal {
    int status = 400;
    std::string message;
};

struct ServerHooks {
    // Answers one request; may run for minutes. What it throws ends the connection and is told by `failed`.
    std::function<Task<void>(Exchange&)> handle;
    std::function<std::string(const Refusal&)> refusal_body;  // JSON
    std::function<void(const std::string&)> failed;           // for the log
};

struct ServerCounts {
    std::size_t connections = 0;  // now
    std::size_t exchanges = 0;    // being answered now
    std::int64_t refused = 0;     // connections past the limit, so far
    std::int64_t malformed = 0;   // requests that were no HTTP, or beyond a limit, so far
};

// Loop thread only. Everything under way is closed when it goes, and must have come to rest: await drain() before.
class Server {
  public:
    Server(asio::io_context& loop, ServerOptions options, ServerHooks hooks);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Begins to accept. The error says what is in the way: the port is taken, no such host.
    Outcome<void> listen();

    std::uint16_t port() const;  // that it listens on
    ServerCounts counts() const;

    // No new connections and requests; those under way go on for at most so long, then their stop is requested. Returns
    // when all connections are closed.
    Task<void> drain(std::chrono::milliseconds grace);

    class Impl;

  private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace retort::gateway

// What a run has to say, and who writes it to the client: the run never waits for a client that reads slowly.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "gateway/http/exchange.h"

namespace retort::gateway {

// Loop thread only; must outlive pump().
class Outbox {
  public:
    explicit Outbox(asio::any_io_executor executor) : bell_(std::move(executor)) {}

    void put(std::string_view text);
    void close();  // nothing more will come

    // Past so much a client has fallen far behind: what it can do without need not be put.
    bool is_full() const { return waiting_.size() > kPlenty; }

    // Writes what is put until it is closed, and a comment of SSE where nothing was said for long, so that nobody on
    // the way takes the connection for dead. False when the client is gone.
    Task<bool> pump(Exchange& exchange);

  private:
    static constexpr std::size_t kPlenty = 256 * 1024;
    static constexpr std::chrono::seconds kSilence{15};

    asio::steady_timer bell_;
    std::string waiting_;
    bool closed_ = false;
};

}  // namespace retort::gateway

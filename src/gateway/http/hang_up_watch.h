// Notices that a client hung up while its answer is being made. Private to the connection.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <stop_token>

#include "async/task.h"

namespace retort::gateway {

// Whether the other side has closed its half of the connection, or all of it, even with bytes of its still unread.
bool has_hung_up(asio::ip::tcp::socket& socket);

// From its making to its end the socket must not be read. A client that closes its half alone counts as gone: what it
// asked for it can no longer cancel.
class HangUpWatch {
  public:
    HangUpWatch(asio::ip::tcp::socket& socket, std::stop_source stop);
    ~HangUpWatch();
    HangUpWatch(const HangUpWatch&) = delete;
    HangUpWatch& operator=(const HangUpWatch&) = delete;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace retort::gateway

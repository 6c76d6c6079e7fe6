// A server that hangs up on each connection without a byte, on a thread of its own. Binds to loopback only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <thread>

#include "async/task.h"

namespace retort::test {

class HangUpServer {
  public:
    HangUpServer() : acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}) {
        accept();
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~HangUpServer() {
        loop_.stop();
        thread_.join();
    }
    HangUpServer(const HangUpServer&) = delete;
    HangUpServer& operator=(const HangUpServer&) = delete;

    std::uint16_t port() const { return port_; }

  private:
    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& failed, const asio::ip::tcp::socket&) {
            if (!failed) accept();
        });
    }

    asio::io_context loop_;
    asio::ip::tcp::acceptor acceptor_;
    const std::uint16_t port_ = acceptor_.local_endpoint().port();
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace retort::test

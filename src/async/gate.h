// A gate that coroutines of one loop wait at until it is opened.
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "async/task.h"

namespace retort {

// wait() returns at once when open, else when open() is called. Loop thread only; must outlive its waiters.
class Gate {
  public:
    explicit Gate(asio::any_io_executor executor)
        : timer_(std::move(executor), asio::steady_timer::time_point::max()) {}

    bool is_open() const { return open_; }
    void close() { open_ = false; }
    void open() {
        open_ = true;
        timer_.cancel();
    }

    Task<void> wait() {
        while (!open_) {
            boost::system::error_code ignored;
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
    }

  private:
    asio::steady_timer timer_;
    bool open_ = false;
};

}  // namespace retort

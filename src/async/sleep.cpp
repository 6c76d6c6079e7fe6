#include "async/sleep.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace retort {

Task<bool> sleep_for(std::chrono::nanoseconds duration, std::stop_token stop) {
    if (stop.stop_requested()) co_return false;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, duration);
    const std::stop_callback on_stop(stop, [&] { timer.cancel(); });
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return !stop.stop_requested();
}

}  // namespace retort

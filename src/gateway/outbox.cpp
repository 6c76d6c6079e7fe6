#include "gateway/outbox.h"

#include <boost/asio/redirect_error.hpp>
#include <utility>

namespace retort::gateway {

void Outbox::put(std::string_view text) {
    waiting_ += text;
    bell_.cancel();
}

void Outbox::close() {
    closed_ = true;
    bell_.cancel();
}

Task<bool> Outbox::pump(Exchange& exchange) {
    while (!closed_ || !waiting_.empty()) {
        if (waiting_.empty()) {
            bell_.expires_after(kSilence);
            boost::system::error_code rung;
            co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
            if (!rung && waiting_.empty()) waiting_ = ": still at work\n\n";
            if (exchange.stop().stop_requested() && !exchange.is_given_up()) co_return false;
            continue;
        }
        const std::string text = std::exchange(waiting_, {});
        const bool written = co_await exchange.piece(text);
        if (!written) co_return false;
    }
    co_return true;
}

}  // namespace retort::gateway

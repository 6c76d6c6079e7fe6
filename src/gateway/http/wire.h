// A connection's bytes, plain or inside of TLS: what reads and writes them need not know. Private to this folder.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "async/task.h"

namespace retort::gateway {

namespace ssl = asio::ssl;

// A stream as asio has them, over `Next`: a socket, or Beast's stream with time limits.
template <class Next>
class Wire {
  public:
    using executor_type = typename Next::executor_type;

    explicit Wire(Next next) : plain_(std::move(next)) {}
    Wire(Next next, ssl::context& tls) : tls_(std::make_unique<ssl::stream<Next>>(std::move(next), tls)) {}

    Next& next() { return tls_ ? tls_->next_layer() : *plain_; }
    executor_type get_executor() { return next().get_executor(); }
    SSL* native() { return tls_->native_handle(); }  // where it is TLS

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return tls_ ? tls_->async_read_some(buffers, std::forward<Token>(token))
                    : plain_->async_read_some(buffers, std::forward<Token>(token));
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return tls_ ? tls_->async_write_some(buffers, std::forward<Token>(token))
                    : plain_->async_write_some(buffers, std::forward<Token>(token));
    }

    // Before anything else is said; of a plain one there is nothing to do.
    Task<boost::system::error_code> shake_hands(ssl::stream_base::handshake_type side) {
        boost::system::error_code error;
        if (tls_) co_await tls_->async_handshake(side, asio::redirect_error(asio::use_awaitable, error));
        co_return error;
    }

    // Says that nothing more will come.
    Task<void> end_tls() {
        boost::system::error_code ignored;
        if (tls_) co_await tls_->async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    }

  private:
    std::optional<Next> plain_;
    std::unique_ptr<ssl::stream<Next>> tls_;
};

}  // namespace retort::gateway

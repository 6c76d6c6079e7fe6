#include "gateway/http/server.h"

#include <fmt/format.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "async/gate.h"
#include "async/sleep.h"
#include "gateway/http/connection.h"

namespace retort::gateway {
namespace {

constexpr std::size_t kCrowd = 500;                         // connections
constexpr std::chrono::milliseconds kOutOfDescriptors{50};  // until accepting is tried again
constexpr std::chrono::milliseconds kSweep{100};            // how often connections look at the clock

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
  public:
    Impl(asio::io_context& loop, ServerOptions options, ServerHooks hooks)
        : loop_(loop),
          options_(std::move(options)),
          hooks_(std::move(hooks)),
          acceptor_(loop),
          sweep_timer_(loop),
          idle_(loop.get_executor()) {
        idle_.open();
    }

    Outcome<void> listen();
    std::uint16_t port() const { return port_; }
    ServerCounts counts() const { return counts_; }
    Task<void> drain(std::chrono::milliseconds grace);

    void close() {
        boost::system::error_code ignored;
        closing_ = true;
        acceptor_.close(ignored);
        if (counts_.connections == 0) sweep_timer_.cancel();
    }

  private:
    static Task<void> accept(std::shared_ptr<Impl> self);
    static void sweep(std::shared_ptr<Impl> self);
    void give_back_memory();
    static Task<void> serve(std::shared_ptr<Impl> self, Tcp::socket socket);
    void turn_away(Tcp::socket socket);

    asio::io_context& loop_;
    ServerOptions options_;
    ServerHooks hooks_;
    Tcp::acceptor acceptor_;
    asio::steady_timer sweep_timer_;
    std::uint16_t port_ = 0;
    std::size_t most_lately_ = 0;  // connections, since memory was given back
    ServerCounts counts_;
    bool closing_ = false;
    Gate idle_;  // open while there is no connection
    boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
};

Outcome<void> Server::Impl::listen() {
    const auto refused = [this](const boost::system::error_code& error) {
        return Error{ErrorKind::usage, fmt::format("cannot listen on {}:{}: {} (--listen HOST:PORT says where)",
                                                   options_.host, options_.port, error.message())};
    };
    boost::system::error_code error;
    Tcp::resolver resolver(loop_);
    const auto found = resolver.resolve(options_.host, std::to_string(options_.port),
                                        Tcp::resolver::passive | Tcp::resolver::numeric_service, error);
    if (error || found.empty()) return refused(error);
    const Tcp::endpoint endpoint = *found.begin();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return refused(error);
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(loop_, accept(shared_from_this()), asio::detached);
    sweep(shared_from_this());
    return {};
}

// One timer for all connections: thousands of them would cost more than what they watch.
void Server::Impl::sweep(std::shared_ptr<Impl> self) {
    if (self->closing_ && self->counts_.connections == 0) return;
    self->sweep_timer_.expires_after(kSweep);
    self->sweep_timer_.async_wait([self](const boost::system::error_code& error) {
        if (error) return;
        const Clock::time_point now = Clock::now();
        for (Connection& connection : self->connections_) connection.look_at_the_clock(now);
        self->give_back_memory();
        sweep(self);
    });
}

// After a crowd has gone its memory goes too, which the allocator would keep.
void Server::Impl::give_back_memory() {
    most_lately_ = std::max(most_lately_, counts_.connections);
    if (most_lately_ < kCrowd || counts_.connections > most_lately_ / 2) return;
    most_lately_ = counts_.connections;
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

// A client too many is told so where that costs no waiting, and is closed.
void Server::Impl::turn_away(Tcp::socket socket) {
    ++counts_.refused;
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kBusy), ignored);
}

Task<void> Server::Impl::accept(std::shared_ptr<Impl> self) {
    while (!self->closing_) {
        boost::system::error_code error;
        Tcp::socket socket = co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
        if (error) {
            co_await sleep_for(kOutOfDescriptors, {});
            continue;
        }
        if (self->counts_.connections >= self->options_.most_connections)
            self->turn_away(std::move(socket));
        else
            asio::co_spawn(self->loop_, serve(self, std::move(socket)), asio::detached);
    }
}

Task<void> Server::Impl::serve(std::shared_ptr<Impl> self, Tcp::socket socket) {
    const std::shared_ptr<ssl::context> tls = self->options_.tls ? self->options_.tls->context() : nullptr;
    Wire<Tcp::socket> wire = tls ? Wire<Tcp::socket>(std::move(socket), *tls) : Wire<Tcp::socket>(std::move(socket));
    Connection connection(std::move(wire), self->options_, self->hooks_, self->counts_);
    self->connections_.push_back(connection);
    ++self->counts_.connections;
    self->idle_.close();
    try {
        co_await connection.serve();
    } catch (const std::exception& error) {
        if (self->hooks_.failed) self->hooks_.failed(error.what());
    }
    if (--self->counts_.connections > 0) co_return;
    self->idle_.open();
    if (self->closing_) self->sweep_timer_.cancel();
}

Task<void> Server::Impl::drain(std::chrono::milliseconds grace) {
    close();
    for (Connection& connection : connections_) connection.finish_up();
    asio::steady_timer timer(loop_, grace);
    timer.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        for (Connection& connection : connections_) connection.give_up();
    });
    co_await idle_.wait();
    timer.cancel();
}

Server::Server(asio::io_context& loop, ServerOptions options, ServerHooks hooks)
    : impl_(std::make_shared<Impl>(loop, std::move(options), std::move(hooks))) {}

Server::~Server() {
    impl_->close();
}

Outcome<void> Server::listen() {
    return impl_->listen();
}

std::uint16_t Server::port() const {
    return impl_->port();
}

ServerCounts Server::counts() const {
    return impl_->counts();
}

Task<void> Server::drain(std::chrono::milliseconds grace) {
    return impl_->drain(grace);
}

}  // namespace retort::gateway

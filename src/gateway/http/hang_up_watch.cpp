#include "gateway/http/hang_up_watch.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>

namespace retort::gateway {
namespace {

// Where bytes are pending already a socket is always readable: there it is asked now and then.
constexpr std::chrono::milliseconds kAskAgain{25};

}  // namespace

bool has_hung_up(asio::ip::tcp::socket& socket) {
    tcp_info about{};
    socklen_t size = sizeof about;
    if (::getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &about, &size) != 0) return true;
    return about.tcpi_state != TCP_ESTABLISHED;
}

struct HangUpWatch::State : std::enable_shared_from_this<State> {
    State(asio::ip::tcp::socket& s, std::stop_source source) : socket(&s), stop(std::move(source)) {}

    asio::ip::tcp::socket* socket;  // null: the watch has ended
    std::stop_source stop;
    std::optional<asio::steady_timer> timer;

    void wait() {
        socket->async_wait(asio::ip::tcp::socket::wait_read,
                           [self = shared_from_this()](const boost::system::error_code&) { self->look(); });
    }

    void look() {
        if (socket == nullptr) return;
        if (has_hung_up(*socket)) {
            stop.request_stop();
            return;
        }
        if (!timer) timer.emplace(socket->get_executor());
        timer->expires_after(kAskAgain);
        timer->async_wait([self = shared_from_this()](const boost::system::error_code&) { self->look_again(); });
    }

    void look_again() {
        if (socket == nullptr) return;
        if (socket->available() == 0)
            wait();
        else
            look();
    }
};

HangUpWatch::HangUpWatch(asio::ip::tcp::socket& socket, std::stop_source stop)
    : state_(std::make_shared<State>(socket, std::move(stop))) {
    state_->wait();
}

HangUpWatch::~HangUpWatch() {
    asio::ip::tcp::socket* socket = std::exchange(state_->socket, nullptr);
    boost::system::error_code ignored;
    socket->cancel(ignored);
    if (state_->timer) state_->timer->cancel();
}

}  // namespace retort::gateway

#include "model/http/http_client.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <stdexcept>

#include "model/http/transfer.h"

namespace retort {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kStartsPerTurn = 16;  // so that a fan-out of thousands does not hold up the loop
constexpr int kEventsPerTurn = 64;
constexpr std::size_t kPooledHandles = 128;     // libcurl's handles kept for the next calls, about 5 KiB each
constexpr std::size_t kKeptConnections = 1024;  // and calls past so many in flight have a connection of their own
constexpr std::chrono::milliseconds kSweep{200};

// Once in a process, before any handle. Writing to a connection that the other side closed must not end the program.
void init_curl() {
    static const CURLcode code = [] {
        std::signal(SIGPIPE, SIG_IGN);
        return curl_global_init(CURL_GLOBAL_DEFAULT);
    }();
    if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
}

std::uint32_t events_of(int what) {
    std::uint32_t events = 0;
    if (what & CURL_POLL_IN) events |= EPOLLIN;
    if (what & CURL_POLL_OUT) events |= EPOLLOUT;
    return events;
}

int action_of(std::uint32_t events) {
    int action = 0;
    if (events & (EPOLLIN | EPOLLHUP)) action |= CURL_CSELECT_IN;
    if (events & EPOLLOUT) action |= CURL_CSELECT_OUT;
    if (events & EPOLLERR) action |= CURL_CSELECT_ERR;
    return action;
}

}  // namespace

// libcurl's sockets stand in an epoll set of their own, and the loop watches that set as one descriptor: a socket costs
// the loop nothing, and the set is level-triggered, which is what libcurl expects.
class HttpClient::Impl : public std::enable_shared_from_this<HttpClient::Impl> {
  public:
    explicit Impl(asio::io_context& loop)
        : loop_(loop), ready_(loop), timer_(loop), sweep_timer_(loop), sockets_(::epoll_create1(EPOLL_CLOEXEC)) {
        if (sockets_ < 0) throw std::runtime_error("epoll_create1 failed");
        ready_.assign(sockets_);
        init_curl();
        multi_ = curl_multi_init();
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Impl::on_socket);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Impl::on_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(kKeptConnections));
    }

    ~Impl() {
        for (CURL* easy : pool_) curl_easy_cleanup(easy);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
        curl_multi_cleanup(multi_);
    }

    asio::io_context& loop() { return loop_; }
    std::size_t in_flight() const { return in_flight_; }

    void start(Transfer& transfer) {
        ++in_flight_;
        waiting_.push_back(transfer);
        tick_ = std::min(tick_, sweep_interval(transfer));
        post_work();
    }

    // At the loop's next turn, since libcurl may be the caller.
    void cancel(Transfer& transfer) {
        transfer.result.failure = HttpFailure::cancelled;
        transfer.unlink();
        hanging_up_.push_back(transfer);
        post_work();
    }

    // The call's frame goes: also when the loop ends with the call in flight. Without calls nothing is waited for, so
    // that the loop may run out of work.
    void forget(Transfer& transfer) {
        if (transfer.is_linked()) transfer.unlink();
        release(transfer);
        --in_flight_;
        stop_waiting_when_idle();
    }

  private:
    using List = boost::intrusive::list<Transfer, boost::intrusive::constant_time_size<false>>;

    static std::chrono::milliseconds sweep_interval(const Transfer& transfer) {
        const std::chrono::milliseconds idle = transfer.request.timeouts.idle;
        return idle.count() == 0 ? kSweep : std::clamp<std::chrono::milliseconds>(idle / 8, 5ms, kSweep);
    }

    void post_work() {
        if (std::exchange(work_posted_, true)) return;
        asio::post(loop_, [self = shared_from_this()] {
            self->work_posted_ = false;
            self->work();
        });
    }

    // Hang up, start, then wait for sockets and time.
    void work() {
        while (!hanging_up_.empty()) land(hanging_up_.front(), CURLE_OK);
        for (std::size_t i = 0; i < kStartsPerTurn && !waiting_.empty(); ++i) begin(waiting_.front());
        if (!waiting_.empty()) post_work();
        if (in_flight_ == 0) return;
        watch_sockets();
        watch_time();
    }

    void begin(Transfer& transfer) {
        transfer.unlink();
        active_.push_back(transfer);
        if (in_flight_ > kKeptConnections) transfer.request.own_connection = true;
        if (pool_.empty()) {
            transfer.easy = curl_easy_init();
        } else {
            transfer.easy = pool_.back();
            pool_.pop_back();
        }
        set_options(transfer);
        transfer.touched();
        transfer.added = curl_multi_add_handle(multi_, transfer.easy) == CURLM_OK;
        if (!transfer.added) land(transfer, CURLE_FAILED_INIT);
    }

    // The call has ended; its coroutine goes on at a later turn.
    void land(Transfer& transfer, CURLcode code) {
        if (transfer.is_linked()) transfer.unlink();
        if (transfer.easy != nullptr) conclude(transfer, code);
        release(transfer);
        transfer.done.open();
    }

    void release(Transfer& transfer) {
        if (transfer.easy == nullptr) return;
        if (std::exchange(transfer.added, false)) curl_multi_remove_handle(multi_, transfer.easy);
        CURL* easy = std::exchange(transfer.easy, nullptr);
        if (pool_.size() < kPooledHandles) {
            curl_easy_reset(easy);
            pool_.push_back(easy);
        } else {
            curl_easy_cleanup(easy);
        }
        curl_slist_free_all(std::exchange(transfer.header_lines, nullptr));
    }

    void take_finished() {
        int left = 0;
        while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            void* user = nullptr;
            const CURLcode code = message->data.result;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
            land(*static_cast<Transfer*>(user), code);
        }
    }

    void act(curl_socket_t socket, int action) {
        int running = 0;
        curl_multi_socket_action(multi_, socket, action, &running);
    }

    void watch_sockets() {
        if (std::exchange(watching_, true)) return;
        ready_.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                              self->watching_ = false;
                              if (!error) self->sockets_ready();
                          });
    }

    void sockets_ready() {
        std::array<epoll_event, kEventsPerTurn> events;
        const int count = ::epoll_wait(sockets_, events.data(), kEventsPerTurn, 0);
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            act(event.data.fd, action_of(event.events));
        }
        take_finished();
        if (in_flight_ > 0) watch_sockets();
    }

    static int on_socket(CURL*, curl_socket_t socket, int what, void* user, void* known) {
        auto& self = *static_cast<Impl*>(user);
        epoll_event event{};
        event.data.fd = socket;
        event.events = events_of(what);
        if (what == CURL_POLL_REMOVE) {
            ::epoll_ctl(self.sockets_, EPOLL_CTL_DEL, socket, nullptr);
        } else if (known != nullptr) {
            ::epoll_ctl(self.sockets_, EPOLL_CTL_MOD, socket, &event);
        } else {
            ::epoll_ctl(self.sockets_, EPOLL_CTL_ADD, socket, &event);
            curl_multi_assign(self.multi_, socket, user);
        }
        return 0;
    }

    static int on_timer(CURLM*, long timeout_ms, void* user) {
        auto& self = *static_cast<Impl*>(user);
        if (timeout_ms < 0) {
            self.timer_.cancel();
            return 0;
        }
        self.timer_.expires_after(std::chrono::milliseconds(timeout_ms));
        self.timer_.async_wait([alive = self.weak_from_this()](const boost::system::error_code& error) {
            const std::shared_ptr<Impl> impl = alive.lock();
            if (error || !impl) return;
            impl->act(CURL_SOCKET_TIMEOUT, 0);
            impl->take_finished();
        });
        return 0;
    }

    void watch_time() {
        if (std::exchange(sweeping_, true)) return;
        sweep_timer_.expires_after(tick_);
        sweep_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            self->sweeping_ = false;
            if (error) return;
            self->sweep();
            if (self->in_flight_ > 0) self->watch_time();
        });
    }

    // Servers that fell silent, those that keep a connection open after the end, and prompts that are sent.
    void sweep() {
        const Transfer::Clock::time_point now = Transfer::Clock::now();
        for (auto it = active_.begin(); it != active_.end();) {
            Transfer& transfer = *it++;
            free_upload(transfer);
            const std::chrono::milliseconds idle = transfer.request.timeouts.idle;
            const bool silent = idle.count() > 0 && now - transfer.last_byte >= idle;
            if (silent && !transfer.enough) transfer.result.failure = HttpFailure::idle;
            if (silent || now >= transfer.hang_up_at) land(transfer, CURLE_OK);
        }
    }

    void stop_waiting_when_idle() {
        if (in_flight_ > 0) return;
        tick_ = kSweep;
        sweep_timer_.cancel();
        timer_.cancel();
        boost::system::error_code ignored;
        ready_.cancel(ignored);
    }

    asio::io_context& loop_;
    asio::posix::stream_descriptor ready_;
    asio::steady_timer timer_;
    asio::steady_timer sweep_timer_;
    int sockets_;  // the epoll set; owned by ready_
    CURLM* multi_ = nullptr;
    std::vector<CURL*> pool_;
    List waiting_;
    List active_;
    List hanging_up_;
    std::size_t in_flight_ = 0;
    std::chrono::milliseconds tick_ = kSweep;
    bool work_posted_ = false;
    bool watching_ = false;
    bool sweeping_ = false;
};

HttpClient::HttpClient(asio::io_context& loop) : impl_(std::make_shared<Impl>(loop)) {}
HttpClient::~HttpClient() = default;
std::size_t HttpClient::in_flight() const {
    return impl_->in_flight();
}

Task<HttpResult> HttpClient::send(HttpRequest request, OnBody on_body, std::stop_token stop) {
    const std::shared_ptr<Impl> impl = impl_;
    if (stop.stop_requested()) {
        HttpResult cancelled;
        cancelled.failure = HttpFailure::cancelled;
        co_return cancelled;
    }
    Transfer transfer(impl->loop().get_executor(), std::move(request), std::move(on_body));
    struct Forget {
        Impl& impl;
        Transfer& transfer;
        ~Forget() { impl.forget(transfer); }
    };
    impl->start(transfer);
    const Forget forget{*impl, transfer};
    {
        const std::stop_callback on_stop(stop, [&] {
            if (!transfer.done.is_open()) impl->cancel(transfer);
        });
        co_await transfer.done.wait();
    }
    if (transfer.thrown) std::rethrow_exception(transfer.thrown);
    co_return std::move(transfer.result);
}

}  // namespace retort

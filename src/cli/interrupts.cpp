#include "cli/interrupts.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>

#include "cli/display/screen.h"

namespace retort::cli {
namespace {

constexpr int kInterrupted = 130;

volatile std::sig_atomic_t stops = 0;
volatile std::sig_atomic_t pipe_end = -1;

void tell_loop(char what) {
    const int saved = errno;
    if (pipe_end >= 0) {
        [[maybe_unused]] const ssize_t ignored = ::write(pipe_end, &what, 1);
    }
    errno = saved;
}

extern "C" void on_stop(int) {
    stops = stops + 1;
    if (stops > 1) {
        restore_cursor();
        _exit(kInterrupted);
    }
    tell_loop('s');
}

extern "C" void on_suspend(int) {
    restore_cursor();
    raise(SIGSTOP);
    tell_loop('c');
}

constexpr std::array kSignals{SIGINT, SIGTERM, SIGTSTP};

void install(int signal, void (*handler)(int), struct sigaction* before) {
    struct sigaction action{};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, before);
}

}  // namespace

struct Interrupts::State : std::enable_shared_from_this<State> {
    State(asio::io_context& loop, std::function<void()> on_stopping, std::function<void()> on_continued)
        : input(loop), stop(std::move(on_stopping)), continued(std::move(on_continued)) {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
        input.assign(ends[0]);
        output = ends[1];
        pipe_end = output;
    }
    ~State() {
        if (output >= 0) ::close(output);
    }

    void read() {
        input.async_read_some(asio::buffer(&what, 1),
                              [self = weak_from_this()](const boost::system::error_code& failed, std::size_t) {
                                  const auto state = self.lock();
                                  if (state && !failed) state->handle();
                              });
    }

    void handle() {
        if (what == 's') stop();
        if (what == 'c') continued();
        read();
    }

    asio::posix::stream_descriptor input;
    std::function<void()> stop;
    std::function<void()> continued;
    int output = -1;
    char what = 0;
    std::array<struct sigaction, kSignals.size()> before{};
};

Interrupts::Interrupts(asio::io_context& loop, std::function<void()> stop, std::function<void()> continued)
    : state_(std::make_shared<State>(loop, std::move(stop), std::move(continued))) {
    stops = 0;
    for (std::size_t i = 0; i < kSignals.size(); ++i)
        install(kSignals[i], kSignals[i] == SIGTSTP ? on_suspend : on_stop, &state_->before[i]);
    state_->read();
}

Interrupts::~Interrupts() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &state_->before[i], nullptr);
    pipe_end = -1;
    state_->input.cancel();
}

void ignore_writing_signals() {
    install(SIGPIPE, SIG_IGN, nullptr);
    install(SIGXFSZ, SIG_IGN, nullptr);
}

void ignore_hang_ups() {
    install(SIGHUP, SIG_IGN, nullptr);
}

}  // namespace retort::cli

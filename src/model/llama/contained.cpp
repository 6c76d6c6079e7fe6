#include "model/llama/contained.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

namespace retort::llama {
namespace {

using Clock = std::chrono::steady_clock;

// The first byte of what a call's process, and the one that waits, hand back.
constexpr char kAnswer = 'a';
constexpr char kFailure = 'f';  // the function's own
constexpr char kBreach = 'b';   // of the bounds

constexpr int kOutOfMemory = 3;  // the exit status of a call's process

// The one that waits ends a call that is late, and is itself given up this much later.
constexpr std::chrono::seconds kGrace{5};

std::string breach(const std::string& how) {
    return kBreach + how;
}

std::string no_answer(const ContainedBounds& bounds) {
    return fmt::format("gave no answer within {} ms", bounds.wait.count());
}

bool write_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(to, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool read_exactly(int from, char* to, std::size_t size) {
    while (size > 0) {
        const ssize_t got = read(from, to, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        to += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

bool readable(int from, Clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) return false;
        pollfd one{from, POLLIN, 0};
        if (poll(&one, 1, static_cast<int>(left)) > 0) return true;
    }
}

std::string frame_of(std::string_view bytes) {
    const std::uint64_t size = bytes.size();
    std::string out(sizeof(size), '\0');
    std::memcpy(out.data(), &size, sizeof(size));
    return out += bytes;
}

int wait_for(pid_t process) {
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

// ---- in the process of one call

void limit(__rlimit_resource resource, rlim_t value) {
    const rlimit both{value, value};
    (void)setrlimit(resource, &both);
}

// The signals stay blocked but for the one that ends a call whose time is over.
void start_clock(std::chrono::milliseconds processor) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(processor);
    const itimerval once{{0, 0}, {seconds.count(), (processor - seconds).count() * 1000}};
    (void)std::signal(SIGPROF, SIG_DFL);
    (void)setitimer(ITIMER_PROF, &once, nullptr);
    sigset_t over;
    sigemptyset(&over);
    sigaddset(&over, SIGPROF);
    (void)sigprocmask(SIG_UNBLOCK, &over, nullptr);
}

[[noreturn]] void run(Contained::Function function, const ContainedBounds& bounds, std::string_view request,
                      int to) noexcept {
    start_clock(bounds.processor);
    std::set_new_handler([] { _exit(kOutOfMemory); });
    std::string said;
    try {
        said = kAnswer + function(request);
    } catch (const std::exception& failure) {
        said = kFailure + std::string(failure.what());
    } catch (...) {
        said = kFailure + std::string("failed");
    }
    _exit(write_all(to, said) ? 0 : 1);
}

// ---- in the process that waits

std::string fault(int status, const ContainedBounds& bounds) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
        return fmt::format("took more than {:g} s on a core", static_cast<double>(bounds.processor.count()) / 1000);
    if (WIFEXITED(status) && WEXITSTATUS(status) == kOutOfMemory)
        return fmt::format("needed more than {} MB of memory", bounds.memory >> 20);
    if (WIFSIGNALED(status)) return fmt::format("broke down (signal {})", WTERMSIG(status));
    return fmt::format("broke down (status {})", WEXITSTATUS(status));
}

// What was written until the end, or how it went beyond the bounds.
struct Said {
    std::string bytes;
    std::string beyond;
};

Said read_to_end(int from, const ContainedBounds& bounds) {
    const Clock::time_point until = Clock::now() + bounds.wait;
    Said out;
    std::array<char, 65536> piece;
    while (out.beyond.empty()) {
        if (!readable(from, until)) {
            out.beyond = no_answer(bounds);
            break;
        }
        const ssize_t got = read(from, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        out.bytes.append(piece.data(), static_cast<std::size_t>(got));
        if (out.bytes.size() > bounds.answer + 1)
            out.beyond = fmt::format("wrote more than {} MB", bounds.answer >> 20);
    }
    return out;
}

std::string run_apart(Contained::Function function, const ContainedBounds& bounds, std::string_view request) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return breach(fmt::format("got no pipe: {}", std::strerror(errno)));
    const pid_t process = fork();
    if (process < 0) {
        const std::string reason = std::strerror(errno);
        close(ends[0]);
        close(ends[1]);
        return breach("got no process: " + reason);
    }
    if (process == 0) run(function, bounds, request, ends[1]);
    close(ends[1]);
    Said said = read_to_end(ends[0], bounds);
    close(ends[0]);
    if (!said.beyond.empty()) (void)kill(process, SIGKILL);
    const int status = wait_for(process);
    if (!said.beyond.empty()) return breach(said.beyond);
    return status == 0 && !said.bytes.empty() ? std::move(said.bytes) : breach(fault(status, bounds));
}

// Bytes that count against RLIMIT_DATA.
std::int64_t data_bytes() {
    std::FILE* file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) return 0;
    long long pages = 0;
    const int found = std::fscanf(file, "%*d %*d %*d %*d %*d %lld", &pages);
    (void)std::fclose(file);
    return found == 1 ? pages * sysconf(_SC_PAGESIZE) : 0;
}

// It keeps none of the descriptors, so that no pipe or port stays open for it, and hears of no signal: the handlers are
// those of the program that it was forked from. Its end is that of the socket.
void settle(int socket, const ContainedBounds& bounds) {
    (void)dup2(socket, 3);
    const int nothing = open("/dev/null", O_RDWR);
    for (int standard = 0; standard < 3; ++standard) (void)(nothing < 0 ? close(standard) : dup2(nothing, standard));
    (void)syscall(SYS_close_range, 4U, ~0U, 0);
    (void)std::signal(SIGCHLD, SIG_DFL);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_DATA, static_cast<rlim_t>(data_bytes() + bounds.memory));
}

[[noreturn]] void keep(Contained::Function function, const ContainedBounds& bounds, int socket) noexcept {
    settle(socket, bounds);
    std::uint64_t size = 0;
    while (read_exactly(3, reinterpret_cast<char*>(&size), sizeof(size))) {
        std::string request(size, '\0');
        if (!read_exactly(3, request.data(), size)) break;
        if (!write_all(3, frame_of(run_apart(function, bounds, request)))) break;
    }
    _exit(0);
}

// ---- in this process

bool send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

enum class Heard { whole, lost, late };

Heard hear(int from, char* to, std::size_t size, Clock::time_point until) {
    while (size > 0) {
        if (!readable(from, until)) return Heard::late;
        const ssize_t got = read(from, to, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return Heard::lost;
        to += got;
        size -= static_cast<std::size_t>(got);
    }
    return Heard::whole;
}

}  // namespace

Contained::~Contained() {
    const std::lock_guard lock(mutex_);
    stop();
}

void Contained::stop() {
    if (socket_ >= 0) close(socket_);
    if (keeper_ > 0 && owner_ == getpid()) {
        (void)kill(keeper_, SIGKILL);
        (void)wait_for(keeper_);
    }
    socket_ = -1;
    keeper_ = -1;
}

Outcome<void> Contained::start() {
    const std::lock_guard lock(mutex_);
    return start_locked();
}

Outcome<void> Contained::start_locked() {
    if (socket_ >= 0 && owner_ == getpid()) return {};
    stop();
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error{ErrorKind::file, fmt::format("got no socket: {}", std::strerror(errno))};
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t process = fork();
    if (process == 0) keep(function_, bounds_, ends[1]);
    const int problem = errno;
    (void)pthread_sigmask(SIG_SETMASK, &before, nullptr);
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        return Error{ErrorKind::file, fmt::format("got no process: {}", std::strerror(problem))};
    }
    socket_ = ends[0];
    keeper_ = process;
    owner_ = getpid();
    return {};
}

Outcome<std::string> Contained::call(std::string_view request) {
    const std::lock_guard lock(mutex_);
    bool lost = false;
    Outcome<std::string> out = ask(request, lost);
    // Whoever ended the process that waits: another is as good.
    return lost ? ask(request, lost) : out;
}

Outcome<std::string> Contained::ask(std::string_view request, bool& lost) {
    if (const Outcome<void> started = start_locked(); !started) return started.error();
    const Clock::time_point until = Clock::now() + bounds_.wait + kGrace;
    std::uint64_t size = 0;
    std::string said;
    Heard heard = send_all(socket_, frame_of(request)) ? Heard::whole : Heard::lost;
    if (heard == Heard::whole) heard = hear(socket_, reinterpret_cast<char*>(&size), sizeof(size), until);
    if (heard == Heard::whole) {
        said.resize(size);
        heard = hear(socket_, said.data(), size, until);
    }
    lost = heard == Heard::lost;
    if (heard != Heard::whole) {
        stop();
        return Error{ErrorKind::file, lost ? "was ended from outside" : no_answer(bounds_)};
    }
    if (said.starts_with(kAnswer)) return said.substr(1);
    if (said.starts_with(kFailure)) return Error{ErrorKind::model, said.substr(1)};
    return Error{ErrorKind::file, said.empty() ? "gave no answer" : said.substr(1)};
}

}  // namespace retort::llama

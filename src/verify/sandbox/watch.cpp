#include "verify/sandbox/watch.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "verify/sandbox/processes.h"

namespace retort {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(20);
constexpr auto kGrace = std::chrono::seconds(2);  // for what was killed to be gone
constexpr std::int64_t kMostFiles = 20'000;

std::string bytes(std::int64_t count) {
    return std::to_string(count >> 20) + " MiB";
}

class Watch {
  public:
    Watch(Watched watched, const SandboxLimits& limits)
        : watched_(std::move(watched)),
          limits_(limits),
          exit_(static_cast<int>(syscall(SYS_pidfd_open, watched_.pid, 0))),
          start_(Clock::now()),
          deadline_(start_ +
                    std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits.wall_s))) {
        result_.end = SandboxEnd::exited;
    }

    SandboxResult result() {
        while (!ended_ || watched_.output || watched_.errors) {
            wait_for_news();
            gather(watched_.output, result_.output);
            gather(watched_.errors, result_.errors);
            if (!ended_) look_for_end();
            if (!killed_) check_limits();
            // Pipes that stay open after the end are held by nobody whom we could still wait for.
            if ((killed_ || ended_) && Clock::now() > until_) break;
        }
        if (!ended_) reap(0);
        if (!killed_) judge_exit();
        result_.wall_s = std::chrono::duration<double>(Clock::now() - start_).count();
        return std::move(result_);
    }

  private:
    void wait_for_news() {
        std::array<pollfd, 3> news{{{ended_ ? -1 : exit_.get(), POLLIN, 0},
                                    {watched_.output.get(), POLLIN, 0},
                                    {watched_.errors.get(), POLLIN, 0}}};
        (void)poll(news.data(), news.size(), static_cast<int>(kLook.count()));
        ready_ = {news[1].revents != 0, news[2].revents != 0};
    }

    void gather(Descriptor& from, std::string& into) {
        const bool ready = &from == &watched_.output ? ready_[0] : ready_[1];
        if (!from || !ready) return;
        std::array<char, 65536> part;
        const ssize_t got = read(from.get(), part.data(), part.size());
        if (got < 0 && errno == EINTR) return;
        if (got <= 0) return from.reset();
        const auto room = static_cast<std::size_t>(limits_.output) - into.size();
        into.append(part.data(), std::min(room, static_cast<std::size_t>(got)));
        if (static_cast<std::size_t>(got) > room)
            kill(SandboxEnd::too_much_output, "more than " + std::to_string(limits_.output) + " bytes of output");
    }

    void look_for_end() {
        if (waitpid(watched_.pid, &status_, WNOHANG) != 0) end();
    }

    void reap(int flags) {
        while (waitpid(watched_.pid, &status_, flags) < 0 && errno == EINTR) {
        }
        end();
    }

    void end() {
        ended_ = true;
        if (!killed_) until_ = Clock::now() + kGrace;
    }

    void check_limits() {
        if (ended_) return;
        const auto now = Clock::now();
        if (now > deadline_) {
            kill(SandboxEnd::out_of_time, "more than " + std::to_string(limits_.wall_s) + " s");
        } else if (now > next_look_) {
            const Holding holding = holding_of(watched_.pid);
            if (holding.memory > limits_.memory)
                kill(SandboxEnd::out_of_memory, "more than " + bytes(limits_.memory) + " of memory");
            else if (holding.files > kMostFiles)
                kill(SandboxEnd::out_of_memory, "more than " + std::to_string(kMostFiles) + " files");
            next_look_ = Clock::now() + kLook;
        }
    }

    void kill(SandboxEnd why, std::string reason) {
        if (killed_) return;
        killed_ = true;
        until_ = Clock::now() + kGrace;
        result_.end = why;
        result_.reason = std::move(reason);
        if (watched_.cgroup != nullptr) watched_.cgroup->kill();
        // The group is bubblewrap; with it dies the first process of the namespace, and with that all others.
        if (!ended_) ::kill(-watched_.pid, SIGKILL);
    }

    void judge_exit() {
        result_.code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
        if (watched_.cgroup != nullptr && watched_.cgroup->ran_out_of_memory()) {
            result_.end = SandboxEnd::out_of_memory;
            result_.reason = "more than " + bytes(limits_.memory) + " of memory";
        } else if (result_.code == 128 + SIGXCPU) {
            result_.end = SandboxEnd::out_of_time;
            result_.reason = "out of computing time";
        }
    }

    Watched watched_;
    const SandboxLimits& limits_;
    Descriptor exit_;  // readable once the process has ended
    Clock::time_point start_, deadline_, next_look_{}, until_{};
    std::array<bool, 2> ready_{};
    SandboxResult result_;
    int status_ = 0;
    bool ended_ = false, killed_ = false;
};

}  // namespace

SandboxResult watch(Watched watched, const SandboxLimits& limits) {
    return Watch(std::move(watched), limits).result();
}

}  // namespace retort

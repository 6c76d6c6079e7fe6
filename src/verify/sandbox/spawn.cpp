#include "verify/sandbox/spawn.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "verify/sandbox/descriptor.h"

namespace retort {
namespace {

struct Failure {
    int step = 0;  // of kSteps
    int error = 0;
};

constexpr std::array<const char*, 5> kSteps{"arranging its files", "setting its limits", "giving up root",
                                            "tying it to this process", "starting it"};

// ---- in the child, between fork and exec: nothing but system calls, since other threads may have held any lock

[[noreturn]] void fail(int report, int step) {
    const Failure failure{step, errno};
    (void)!write(report, &failure, sizeof(failure));
    _exit(127);
}

// First out of the way, then into place: a number may be both a source and a place.
bool arrange(const std::vector<int>& descriptors, std::vector<int>& aside, int& report) {
    const int beyond = static_cast<int>(descriptors.size()) + 1;
    report = fcntl(report, F_DUPFD_CLOEXEC, beyond);
    if (report < 0) return false;
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
        aside[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, beyond);
        if (aside[i] < 0) return false;
    }
    for (std::size_t i = 0; i < descriptors.size(); ++i)
        if (dup2(aside[i], static_cast<int>(i)) < 0) return false;
    return syscall(SYS_close_range, static_cast<unsigned>(descriptors.size()), ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

// The C library's own calls would involve all threads, of which there is only this one.
bool give_up_root() {
    if (geteuid() != 0 && getuid() != 0) return true;
    if (syscall(SYS_setgroups, 0, nullptr) != 0) return false;
    if (syscall(SYS_setresgid, kNobody, kNobody, kNobody) != 0) return false;
    if (syscall(SYS_setresuid, kNobody, kNobody, kNobody) != 0) return false;
    return getuid() == kNobody && geteuid() == kNobody;
}

void reset_signals() {
    for (int signal = 1; signal < NSIG; ++signal) (void)std::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(const SpawnRequest& request, char* const* argv, std::vector<int>& aside, int report,
                         pid_t parent) {
    char* const no_environment[] = {nullptr};
    (void)setpgid(0, 0);
    reset_signals();
    // Where the group cannot be entered the watch over the processes still bounds them.
    if (request.cgroup >= 0) (void)!write(request.cgroup, "0", 1);
    if (!arrange(request.descriptors, aside, report)) fail(report, 0);
    for (const ResourceLimit& limit : request.limits) {
        const rlimit value{limit.soft, limit.hard};
        if (setrlimit(static_cast<__rlimit_resource>(limit.resource), &value) != 0) fail(report, 1);
    }
    if (!give_up_root()) fail(report, 2);
    // After the change of ids, which would undo it.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) fail(report, 3);
    execve(argv[0], argv, no_environment);
    fail(report, 4);
}

}  // namespace

Spawned spawn(const SpawnRequest& request) {
    std::vector<char*> argv;
    for (const std::string& word : request.argv) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    std::vector<int> aside(request.descriptors.size(), -1);
    Pipe report = make_pipe();
    if (!report.read) return {-1, std::string("no pipe: ") + std::strerror(errno)};
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return {-1, std::string("fork: ") + std::strerror(errno)};
    if (pid == 0) become(request, argv.data(), aside, report.write.get(), parent);
    (void)setpgid(pid, pid);
    report.write.reset();
    Failure failure;
    ssize_t got = 0;
    do {
        got = read(report.read.get(), &failure, sizeof(failure));
    } while (got < 0 && errno == EINTR);
    if (got == 0) return {pid, ""};
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return {-1, std::string(kSteps.at(static_cast<std::size_t>(failure.step))) + ": " + std::strerror(failure.error)};
}

}  // namespace retort

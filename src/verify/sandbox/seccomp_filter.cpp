#include "verify/sandbox/seccomp_filter.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>

#include "verify/sandbox/descriptor.h"

namespace retort {
namespace {

// What reaches into other processes, the kernel's configuration or memory that no limit counts. Names that this
// libseccomp does not know belong to system calls that it cannot filter.
constexpr std::array kRefused{
    // other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_open", "pidfd_getfd",
    "pidfd_send_signal", "process_mrelease",
    // namespaces and mounts
    "mount", "umount", "umount2", "pivot_root", "chroot", "setns", "unshare", "move_mount", "open_tree", "fsopen",
    "fsconfig", "fsmount", "fspick", "mount_setattr", "open_by_handle_at", "name_to_handle_at",
    // the kernel
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff",
    "acct", "syslog", "quotactl", "quotactl_fd", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup",
    "io_uring_enter", "io_uring_register", "fanotify_init", "lookup_dcookie", "iopl", "ioperm", "modify_ldt", "uselib",
    "nfsservctl", "vhangup", "personality", "move_pages", "migrate_pages", "mbind", "set_mempolicy", "get_mempolicy",
    // clocks and names
    "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname",
    // keys, and memory that outlives or escapes a process's count
    "add_key", "request_key", "keyctl", "memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "shmdt", "semget",
    "semop", "semctl", "semtimedop", "msgget", "msgsnd", "msgrcv", "msgctl", "mq_open"};

constexpr std::array<std::uint64_t, 7> kNamespaceFlags{CLONE_NEWNS,  CLONE_NEWUTS, CLONE_NEWIPC,   CLONE_NEWUSER,
                                                       CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP};

struct Release {
    void operator()(void* context) const { seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

bool refuse(const Context& context, const char* name, int error) {
    const int number = seccomp_syscall_resolve_name(name);
    return number == __NR_SCMP_ERROR ||
           seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), number, 0) == 0;
}

// Where an argument has a flag, or another value than the one allowed.
bool refuse_if(const Context& context, int number, const scmp_arg_cmp& condition, int error) {
    return seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), number, 1, condition) == 0;
}

scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

bool add_rules(const Context& context) {
    constexpr std::uint64_t kLow = 0xFFFFFFFF;  // what the kernel looks at of an ioctl's number
    bool good = true;
    for (const char* name : kRefused) good = good && refuse(context, name, EPERM);
    for (const std::uint64_t flag : kNamespaceFlags)
        good = good && refuse_if(context, SCMP_SYS(clone), masked(0, flag, flag), EPERM);
    // Its flags are out of a filter's sight; the C library then falls back on clone.
    good = good && refuse(context, "clone3", ENOSYS);
    good = good && refuse_if(context, SCMP_SYS(socket), {0, SCMP_CMP_NE, AF_UNIX, 0}, EACCES);
    good = good && refuse_if(context, SCMP_SYS(ioctl), masked(1, kLow, TIOCSTI), EPERM);
    return good && refuse_if(context, SCMP_SYS(ioctl), masked(1, kLow, TIOCLINUX), EPERM);
}

}  // namespace

std::optional<std::string> seccomp_filter() {
    const Context context(seccomp_init(SCMP_ACT_ALLOW));
    if (!context || !add_rules(context)) return std::nullopt;
    const Descriptor file = memory_file("");
    if (!file || seccomp_export_bpf(context.get(), file.get()) != 0) return std::nullopt;
    std::string out(static_cast<std::size_t>(lseek(file.get(), 0, SEEK_END)), '\0');
    if (pread(file.get(), out.data(), out.size(), 0) != static_cast<ssize_t>(out.size())) return std::nullopt;
    return out;
}

}  // namespace retort

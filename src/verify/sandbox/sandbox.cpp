#include "verify/sandbox/sandbox.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <semaphore>
#include <thread>

#include "verify/sandbox/cgroup.h"
#include "verify/sandbox/descriptor.h"
#include "verify/sandbox/seccomp_filter.h"
#include "verify/sandbox/spawn.h"
#include "verify/sandbox/watch.h"

namespace retort {
namespace {

constexpr std::size_t kMostFiles = 256;
constexpr int kSeccomp = 4, kFirstFile = 5;  // after stdin, stdout, stderr and the pipe that kLauncher writes to
constexpr const char* kStarted = "started\n";

// The limit on processes is set inside, where the user's other processes do not count (dash says -p, bash says -u), and
// that on open files after bubblewrap, which has all of ours open. The word on the pipe tells a program that failed
// from a sandbox that did.
constexpr const char* kLauncher =
    "n=$1; ulimit -n $2 || exit 125; shift 2; ulimit -p $n 2>/dev/null || ulimit -u $n || exit 125; "
    "echo started >&3; exec 3>&-; exec \"$@\"";

SandboxResult refused(std::string reason) {
    SandboxResult out;
    out.reason = std::move(reason);
    return out;
}

bool is_plain_name(const std::string& name) {
    const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; };
    return !name.empty() && name.size() <= 64 && name.front() != '.' && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), plain);
}

// /bin, /lib and their like: links into /usr on most systems, folders on some.
void add_system(std::vector<std::string>& argv) {
    for (const char* name : {"bin", "sbin", "lib", "lib32", "lib64", "libx32"}) {
        const std::string path = std::string("/") + name;
        struct stat about{};
        if (lstat(path.c_str(), &about) != 0) continue;
        if (S_ISLNK(about.st_mode))
            argv.insert(argv.end(), {"--symlink", std::string("usr/") + name, path});
        else
            argv.insert(argv.end(), {"--ro-bind", path, path});
    }
    // Where libraries are, and which compiler is meant: nothing else of /etc is seen.
    for (const char* path : {"/etc/ld.so.cache", "/etc/alternatives"})
        argv.insert(argv.end(), {"--ro-bind-try", path, path});
    for (const char* path : {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"})
        argv.insert(argv.end(), {"--dev-bind", path, path});
}

// What the folders need comes last but for the seal on the root: a file system of its own without a size.
std::vector<std::string> bwrap_arguments(const std::string& bwrap, const SandboxCommand& command) {
    const std::string nobody = std::to_string(kNobody);
    std::vector<std::string> argv{bwrap,           "--unshare-all", "--die-with-parent",
                                  "--new-session", "--clearenv",    "--cap-drop",
                                  "ALL",           "--uid",         nobody,
                                  "--gid",         nobody,          "--hostname",
                                  "sandbox",       "--ro-bind",     "/usr",
                                  "/usr"};
    add_system(argv);
    argv.insert(argv.end(), {"--size", std::to_string(command.limits.disk), "--tmpfs", "/tmp"});
    int descriptor = kFirstFile;
    for (const SandboxFile& file : command.files)
        argv.insert(argv.end(), {"--perms", "0644", "--file", std::to_string(descriptor++), "/tmp/" + file.name});
    argv.insert(argv.end(), {"--remount-ro", "/", "--chdir", "/tmp", "--seccomp", std::to_string(kSeccomp)});
    for (const auto& [name, value] : {std::pair{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                      {"HOME", "/tmp"},
                                      {"TMPDIR", "/tmp"},
                                      {"LANG", "C.UTF-8"},
                                      {"PYTHONHASHSEED", "0"},
                                      {"PYTHONDONTWRITEBYTECODE", "1"}})
        argv.insert(argv.end(), {"--setenv", name, value});
    argv.insert(argv.end(), {"--", "/bin/sh", "-c", kLauncher, "sh", std::to_string(command.limits.processes),
                             std::to_string(command.limits.open_files)});
    argv.insert(argv.end(), command.argv.begin(), command.argv.end());
    return argv;
}

std::vector<ResourceLimit> resource_limits(const SandboxLimits& limits) {
    const auto both = [](int resource, std::int64_t value) {
        return ResourceLimit{resource, static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
    };
    const auto cpu = static_cast<rlim_t>(limits.cpu_s);
    return {both(RLIMIT_AS, limits.memory), both(RLIMIT_FSIZE, limits.disk), both(RLIMIT_CORE, 0),
            both(RLIMIT_MEMLOCK, 0),        both(RLIMIT_MSGQUEUE, 0),        ResourceLimit{RLIMIT_CPU, cpu, cpu + 1}};
}

std::optional<std::string> fault_in(const SandboxCommand& command) {
    if (command.argv.empty()) return "no program was named";
    if (command.files.size() > kMostFiles) return "more than 256 files";
    for (const SandboxFile& file : command.files)
        if (!is_plain_name(file.name)) return "\"" + file.name + "\" is no plain file name";
    return std::nullopt;
}

// Its files, in the order of the numbers that bubblewrap is told.
struct Files {
    Pipe output, errors, started;
    Descriptor input, filter;
    std::vector<Descriptor> given;

    bool good() const {
        return output.read && errors.read && started.read && input && filter &&
               std::all_of(given.begin(), given.end(), [](const Descriptor& one) { return static_cast<bool>(one); });
    }

    std::vector<int> numbers() const {
        std::vector<int> out{input.get(), output.write.get(), errors.write.get(), started.write.get(), filter.get()};
        for (const Descriptor& one : given) out.push_back(one.get());
        return out;
    }
};

Files open_files(const SandboxCommand& command, const std::string& filter) {
    Files out{make_pipe(), make_pipe(), make_pipe(), memory_file(command.input), memory_file(filter), {}};
    for (const SandboxFile& file : command.files) out.given.push_back(memory_file(file.content));
    return out;
}

bool was_started(const Descriptor& pipe) {
    // Without waiting: what could not be killed may still hold the other end.
    pollfd news{pipe.get(), POLLIN, 0};
    if (poll(&news, 1, 0) <= 0) return false;
    char word[16];
    const ssize_t got = read(pipe.get(), word, sizeof(word));
    return got > 0 && std::string_view(word, static_cast<std::size_t>(got)) == kStarted;
}

std::string first_line(const std::string& text) {
    return text.substr(0, std::min<std::size_t>(text.find('\n'), 200));
}

// One run a core, so that the clock measures the program and not the queue.
class Turn {
  public:
    Turn() { all().acquire(); }
    ~Turn() { all().release(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

  private:
    static std::counting_semaphore<>& all() {
        static std::counting_semaphore<> turns(std::max(1U, std::thread::hardware_concurrency()));
        return turns;
    }
};

}  // namespace

Sandbox::Sandbox(std::string bwrap) : bwrap_(std::move(bwrap)) {
    if (auto filter = seccomp_filter()) filter_ = std::move(*filter);
    state_ = probe();
}

SandboxResult Sandbox::run(const SandboxCommand& command) const {
    if (!state_.available) return refused(state_.about);
    if (const auto fault = fault_in(command)) return refused(*fault);
    const Turn turn;
    return start(command);
}

SandboxResult Sandbox::start(const SandboxCommand& command) const {
    const auto own = own_cgroup();
    const auto cgroup =
        own ? Cgroup::make(kCgroupMount, *own, command.limits.memory, command.limits.processes + 8) : std::nullopt;
    Files files = open_files(command, filter_);
    if (!files.good()) return refused("no room for its files");
    const Spawned started = spawn({bwrap_arguments(bwrap_, command), files.numbers(), resource_limits(command.limits),
                                   cgroup ? cgroup->entrance() : -1});
    if (started.pid < 0) return refused("bubblewrap was not started: " + started.error);
    files.output.write.reset();
    files.errors.write.reset();
    files.started.write.reset();
    SandboxResult out =
        watch({started.pid, std::move(files.output.read), std::move(files.errors.read), cgroup ? &*cgroup : nullptr},
              command.limits);
    if (!was_started(files.started.read)) return refused("the sandbox failed: " + first_line(out.errors));
    return out;
}

// That it starts is not enough: its first process must be its own second, as nobody, and see nothing of the machine.
SandboxState Sandbox::probe() const {
    if (access(bwrap_.c_str(), X_OK) != 0)
        return {false, bwrap_ + " is not there: install bubblewrap (apt install bubblewrap)"};
    if (filter_.empty()) return {false, "libseccomp could not build the filter of system calls"};
    SandboxCommand command;
    command.argv = {"/bin/sh", "-c",
                    "echo $$ $(id -u); for f in /etc/passwd /root /home /proc/self /sys/kernel; do "
                    "[ -e $f ] && echo sees $f; done; echo x 2>/dev/null >/x && echo writes; exit 0"};
    const SandboxResult tried = start(command);
    const std::string expected = "2 " + std::to_string(kNobody) + "\n";
    if (tried.end == SandboxEnd::refused)
        return {false, tried.reason + " (are user namespaces allowed here? containers often forbid them)"};
    if (tried.end != SandboxEnd::exited || tried.code != 0 || tried.output != expected)
        return {false,
                "the sandbox does not isolate: expected \"2 65534\", found \"" + first_line(tried.output) + "\""};
    const auto own = own_cgroup();
    const bool grouped = own && Cgroup::make(kCgroupMount, *own, std::int64_t{64} << 20, 8);
    return {true, std::string("bubblewrap and seccomp; memory and processes bounded by ") +
                      (grouped ? "a control group" : "limits and a watch")};
}

const Sandbox& sandbox() {
    static const Sandbox one;
    return one;
}

}  // namespace retort

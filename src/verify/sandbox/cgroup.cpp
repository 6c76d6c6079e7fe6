#include "verify/sandbox/cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

namespace retort {
namespace {

std::string text_of(const std::string& path) {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

bool write_to(const std::string& path, const std::string& text) {
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool hands_down(const std::string& folder) {
    std::istringstream words(text_of(folder + "/cgroup.subtree_control"));
    bool memory = false, pids = false;
    for (std::string word; words >> word;) {
        memory = memory || word == "memory";
        pids = pids || word == "pids";
    }
    return memory && pids;
}

std::string new_name() {
    static std::atomic<unsigned> count{0};
    return "/retort-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

}  // namespace

std::optional<std::string> own_cgroup() {
    std::istringstream lines(text_of("/proc/self/cgroup"));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("0::/")) return line.substr(3);
    return std::nullopt;
}

std::optional<Cgroup> Cgroup::make(const std::string& mount, const std::string& own, std::int64_t memory,
                                   int processes) {
    std::string parent = own;
    while (!hands_down(mount + parent)) {
        const std::size_t up = parent.rfind('/');
        if (up == std::string::npos) return std::nullopt;
        parent.resize(up);
    }
    const std::string folder = mount + (parent == "/" ? "" : parent) + new_name();
    if (mkdir(folder.c_str(), 0755) != 0) return std::nullopt;
    Cgroup out(folder, Descriptor(open((folder + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)));
    const bool bounded = write_to(folder + "/memory.max", std::to_string(memory)) &&
                         write_to(folder + "/pids.max", std::to_string(processes));
    if (!out.entrance_ || !bounded) return std::nullopt;
    (void)write_to(folder + "/memory.swap.max", "0");  // not there where swap is not counted
    return out;
}

Cgroup::~Cgroup() {
    if (!entrance_ && folder_.empty()) return;
    // The kernel takes a moment to see the last process off.
    for (int i = 0; i < 50 && rmdir(folder_.c_str()) != 0 && errno == EBUSY; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

bool Cgroup::ran_out_of_memory() const {
    std::istringstream words(text_of(folder_ + "/memory.events"));
    long count = 0;
    for (std::string word; words >> word >> count;)
        if (word == "oom_kill" && count > 0) return true;
    return false;
}

void Cgroup::kill() const {
    (void)write_to(folder_ + "/cgroup.kill", "1");
}

}  // namespace retort

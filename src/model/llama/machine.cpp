#include "model/llama/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace retort::llama {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

// The file's first number; "max" and files that are not there give kNoLimit.
std::int64_t number_in(const char* path) {
    std::ifstream in(path);
    std::int64_t value = 0;
    return in >> value ? value : kNoLimit;
}

std::int64_t quota_cores() {
    std::ifstream in("/sys/fs/cgroup/cpu.max");
    std::string quota;
    std::int64_t period = 0;
    if (!(in >> quota >> period) || quota == "max" || period <= 0) return kNoLimit;
    const double cores = std::stod(quota) / static_cast<double>(period);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(cores + 0.5));
}

std::int64_t meminfo(const std::string& wanted) {
    std::ifstream in("/proc/meminfo");
    std::string key;
    std::string unit;
    std::int64_t kilobytes = 0;
    while (in >> key >> kilobytes >> unit)
        if (key == wanted) return kilobytes * 1024;
    return 0;
}

}  // namespace

int usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    const int affine = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return static_cast<int>(std::min<std::int64_t>(std::max(affine, 1), quota_cores()));
}

std::int64_t available_memory() {
    const std::int64_t machine = meminfo("MemAvailable:");
    const std::int64_t limit = number_in("/sys/fs/cgroup/memory.max");
    if (limit == kNoLimit) return machine;
    const std::int64_t used = number_in("/sys/fs/cgroup/memory.current");
    const std::int64_t left = used == kNoLimit ? limit : std::max<std::int64_t>(0, limit - used);
    return machine == 0 ? left : std::min(machine, left);
}

std::int64_t resident_memory() {
    std::ifstream in("/proc/self/statm");
    std::int64_t all = 0;
    std::int64_t resident = 0;
    return in >> all >> resident ? resident * sysconf(_SC_PAGESIZE) : 0;
}

}  // namespace retort::llama

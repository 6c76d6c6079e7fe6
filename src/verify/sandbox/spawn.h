// Starting a program with limits, as nobody where we are root. Not public.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace retort {

struct ResourceLimit {
    int resource = 0;  // RLIMIT_...
    rlim_t soft = 0, hard = 0;
};

struct SpawnRequest {
    std::vector<std::string> argv;  // argv[0] is a path
    std::vector<int> descriptors;   // the child's 0, 1, 2, ...; it has no others
    std::vector<ResourceLimit> limits;
    int cgroup = -1;  // cgroup.procs to enter, open for writing; -1: none
};

struct Spawned {
    pid_t pid = -1;     // leads a process group of its own; dies when the thread that started it does
    std::string error;  // why it did not start
};

// The ids that a child of root takes on.
constexpr uid_t kNobody = 65534;

Spawned spawn(const SpawnRequest& request);

}  // namespace retort

// Stays with a running sandbox until all of it is gone. Not public.
#pragma once

#include <sys/types.h>

#include "verify/sandbox/cgroup.h"
#include "verify/sandbox/descriptor.h"
#include "verify/sandbox/sandbox.h"

namespace retort {

struct Watched {
    pid_t pid = -1;  // bubblewrap, the leader of its process group
    Descriptor output, errors;
    const Cgroup* cgroup = nullptr;
};

// Gathers what is written, kills the group when a limit is passed, and waits for its end. `end` is never `refused`.
SandboxResult watch(Watched watched, const SandboxLimits& limits);

}  // namespace retort

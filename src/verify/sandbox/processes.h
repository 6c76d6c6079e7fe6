// What the processes under one process hold, from /proc. Not public.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace retort {

struct Holding {
    std::int64_t memory = 0;  // bytes in memory, shared ones once for each process that has them
    std::int64_t files = 0;   // in /tmp as the lowest of them sees it
};

// Of a process and all below it; those that end meanwhile count nothing.
Holding holding_of(pid_t process);

}  // namespace retort

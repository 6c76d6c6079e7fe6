// Every call in flight holds a socket.
#pragma once

#include <cstdint>

namespace retort {

// Raises the soft limit on open files to the hard one, and returns what is in force then. The program calls this once
// at its start.
std::int64_t raise_open_files();

}  // namespace retort

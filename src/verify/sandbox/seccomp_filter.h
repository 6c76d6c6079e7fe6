// Which system calls a sandboxed program may not make. Not public.
#pragma once

#include <optional>
#include <string>

namespace retort {

// The filter as BPF, as bubblewrap's --seccomp takes it; none where it could not be built.
std::optional<std::string> seccomp_filter();

}  // namespace retort

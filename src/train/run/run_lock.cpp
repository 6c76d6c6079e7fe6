#include "train/run/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace retort::train {

// A lock of the process, not of the open file: children that are forked do not hold it on.
Outcome<RunLock> RunLock::take(const std::string& folder) {
    const std::string path = folder + "/lock";
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return Error{ErrorKind::file, fmt::format("{}: {}", path, std::strerror(errno))};
    RunLock out(descriptor);
    struct flock wanted{};
    wanted.l_type = F_WRLCK;
    wanted.l_whence = SEEK_SET;
    out.held_ = fcntl(descriptor, F_SETLK, &wanted) == 0;
    if (out.held_ || (errno != EACCES && errno != EAGAIN)) return out;
    const bool known = fcntl(descriptor, F_GETLK, &wanted) == 0 && wanted.l_type != F_UNLCK;
    return Error{ErrorKind::usage,
                 fmt::format("{}: {} is training in this folder: stop it first, or name another folder with run=DIR",
                             folder, known ? fmt::format("process {}", wanted.l_pid) : "another process")};
}

RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), held_(other.held_) {}

RunLock::~RunLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace retort::train

#include "record/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

namespace retort {

// The files that this process holds. A second descriptor of one of them must not even be opened: closing it would
// drop SQLite's locks.
struct FileLock::Registry {
    std::mutex mutex;
    std::set<Identity> held;

    static Registry& get() {
        static Registry registry;
        return registry;
    }
};

Outcome<FileLock> FileLock::take(const std::string& path) {
    Registry& registry = Registry::get();
    const std::lock_guard guard(registry.mutex);
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && registry.held.contains({status.st_dev, status.st_ino})) return FileLock();

    FileLock lock;
    lock.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    lock.created_ = lock.descriptor_ >= 0;
    if (!lock.created_) lock.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock.descriptor_ < 0 || ::fstat(lock.descriptor_, &status) != 0) {
        const int error = errno;
        return Error{ErrorKind::file,
                     fmt::format("{}: cannot be opened for writing: {}; choose a file in a folder that exists "
                                 "and may be written",
                                 path, std::strerror(error))};
    }
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) return FileLock();
    lock.identity_ = {status.st_dev, status.st_ino};
    lock.state_ = State::held;
    registry.held.insert(lock.identity_);
    return lock;
}

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      identity_(other.identity_),
      state_(std::exchange(other.state_, State::taken_by_another)),
      created_(other.created_) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(identity_, other.identity_);
    std::swap(state_, other.state_);
    std::swap(created_, other.created_);
    return *this;
}

FileLock::~FileLock() {
    if (descriptor_ < 0) return;
    if (state_ == State::held) {
        Registry& registry = Registry::get();
        const std::lock_guard guard(registry.mutex);
        registry.held.erase(identity_);
        ::close(descriptor_);
        return;
    }
    ::close(descriptor_);
}

}  // namespace retort

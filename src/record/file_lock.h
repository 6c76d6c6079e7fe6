// One writer a journal. Thread-safe.
#pragma once

#include <string>

#include "base/error.h"

namespace retort {

// Holds a file for this process until it goes; the file is made when it is not there. It must be taken before SQLite
// opens the file and go after SQLite has closed it: closing any descriptor of a file drops the locks that SQLite holds
// on it in this process.
class FileLock {
  public:
    enum class State { held, taken_by_another };

    // Fails when the file cannot be opened. With `taken_by_another` nothing is held.
    static Outcome<FileLock> take(const std::string& path);

    FileLock() = default;
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

    State state() const { return state_; }
    bool created() const { return created_; }  // the file was not there before

  private:
    struct Identity {
        unsigned long long device = 0;
        unsigned long long inode = 0;
        auto operator<=>(const Identity&) const = default;
    };
    struct Registry;

    int descriptor_ = -1;
    Identity identity_;
    State state_ = State::taken_by_another;
    bool created_ = false;
};

}  // namespace retort

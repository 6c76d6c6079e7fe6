// One process at a time in a run's folder: two would write over each other's files, and take each other's model away on
// a training server.
#pragma once

#include <string>

#include "base/error.h"

namespace retort::train {

// Held until this object goes, or the process ends however it does. Moved by whoever holds it.
class RunLock {
  public:
    // The error names the process that trains there, by its number on its own machine.
    static Outcome<RunLock> take(const std::string& folder);

    RunLock(RunLock&& other) noexcept;
    RunLock& operator=(RunLock&&) = delete;
    ~RunLock();

    bool is_held() const { return held_; }  // else the file system has no locks: a second process would not be seen

  private:
    explicit RunLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
    bool held_ = false;
};

}  // namespace retort::train

// Waiting for time to pass, on the loop.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

#include "async/task.h"

namespace retort {

// Sleeps, or less when `stop` is requested (on the loop's thread). True when the whole time passed.
Task<bool> sleep_for(std::chrono::nanoseconds duration, std::stop_token stop);

// Who waits takes this, so that tests own time.
using Sleeper = std::function<Task<bool>(std::chrono::nanoseconds, std::stop_token)>;

}  // namespace retort

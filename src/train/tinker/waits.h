// The waits between the tries of one call. Not public.
#pragma once

#include <optional>

#include "async/task.h"
#include "train/tinker/answer.h"
#include "train/tinker/client.h"

namespace retort::train::tinker {

// Seconds that the waits of one call for this reason may come to.
double longest_wait(const Answer& answer, const ClientOptions& options);

// How long one call has waited, and whether it may go on. On the loop's thread; the options outlive it.
class Waits {
  public:
    explicit Waits(const ClientOptions& options) : options_(options) {}

    // The failure where the call has waited long enough.
    Task<std::optional<Failure>> wait(const Answer& answer);

    // The server is at work on it.
    void heard() { tries_ = 0, capped_ = 0, waited_ = 0, paused_ = 0; }

  private:
    const ClientOptions& options_;
    double waited_ = 0;  // seconds, for a server that is not well
    double paused_ = 0;  // seconds, for an account
    int tries_ = 0;
    int capped_ = 0;
};

}  // namespace retort::train::tinker

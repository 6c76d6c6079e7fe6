// A function that runs in processes of its own, under bounds: for code that was never made to withstand what strangers
// wrote. However it ends there, here it is a value. Not public.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/error.h"

namespace retort::llama {

// Of one call.
struct ContainedBounds {
    std::chrono::milliseconds processor{2000};      // time on a core
    std::int64_t memory = std::int64_t{512} << 20;  // bytes beyond what the process begins with
    std::size_t answer = std::size_t{64} << 20;     // bytes
    std::chrono::milliseconds wait{120000};         // for the answer, whatever holds it up
};

// Each call is a process forked from a small one that waits: no call sees what another left, and what this process has
// grown to costs nothing. A call can write to no file.
//
// It is no defence against code that makes use of a fault of the function to do what it likes.
class Contained {
  public:
    // A failure is an exception, whose text becomes the error's. It takes no lock that another thread of this process
    // may have held; malloc and exceptions are safe, the C library sees to that.
    using Function = std::string (*)(std::string_view request);

    explicit Contained(Function function, ContainedBounds bounds = {}) : function_(function), bounds_(bounds) {}
    ~Contained();
    Contained(const Contained&) = delete;
    Contained& operator=(const Contained&) = delete;

    // Starts the process that waits, where it does not run. Early is better: it holds on to the memory of now.
    Outcome<void> start();

    // Any thread; one call at a time. Errors: of kind model, the function's own; of kind file, it went beyond its
    // bounds or broke down, in words without a subject: "took more than 2 s on a core".
    Outcome<std::string> call(std::string_view request);

  private:
    Outcome<void> start_locked();
    Outcome<std::string> ask(std::string_view request, bool& lost);
    void stop();

    const Function function_;
    const ContainedBounds bounds_;
    std::mutex mutex_;
    int socket_ = -1;  // to the process that waits; guarded by mutex_, as what follows
    pid_t keeper_ = -1;
    pid_t owner_ = -1;  // who started it: a process forked from that one has its own
};

}  // namespace retort::llama

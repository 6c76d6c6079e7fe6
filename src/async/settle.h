// Letting a loop come to rest: what a batch of calls is made of must not depend on how fast other threads are.
#pragma once

#include <boost/asio/io_context.hpp>

#include "async/deferred.h"

namespace retort {

// Runs everything that is ready, and what other threads still owe this loop, until all that is left waits for its
// caller. On the loop's thread; nothing may wait for a timer.
inline void settle(asio::io_context& loop) {
    loop.restart();
    while (true) {
        if (loop.poll() > 0) continue;
        if (waits_for_threads == 0) return;
        loop.run_one();
    }
}

}  // namespace retort

// Coroutines on one loop thread.
//
// Task<T> is a lazily started coroutine. Everything that awaits runs on the loop's thread, so operators, ledger and
// journal need no locks. Rules of the house: one await per statement, named argument, named result; no capturing
// lambda that is itself a coroutine; a parent always awaits its children. Cancellation travels as std::stop_token and
// its result is a value (Finish::cancelled), never an exception.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace retort {

namespace asio = boost::asio;

template <class T>
using Task = asio::awaitable<T>;

// Lets everything else that is ready run first.
inline Task<void> yield_to_loop() {
    co_await asio::post(asio::use_awaitable);
}

// Runs the task to its end on this thread; other work of the context runs meanwhile. Rethrows what the task throws.
template <class T>
T run_to_end(asio::io_context& loop, Task<T> task) {
    std::optional<T> result;
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr error, T value) {
        failure = error;
        if (!error) result.emplace(std::move(value));
        done = true;
    });
    loop.restart();
    while (!done && loop.run_one() > 0) {
    }
    if (failure) std::rethrow_exception(failure);
    return std::move(result).value();
}

}  // namespace retort

// Work that would hold up the loop, done on a thread beside it.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <utility>

#include "async/deferred.h"

namespace retort {

// One pool for the process, as wide as the machine has cores.
asio::thread_pool& offload_pool();

// Runs `work`, which must not throw, on a thread of the pool; the loop goes on meanwhile.
template <class T>
Task<T> offload(std::function<T()> work) {
    const auto executor = co_await asio::this_coro::executor;
    Deferred<T> result(executor);
    asio::post(offload_pool(), [work = std::move(work), promise = result.promise()] { promise.set(work()); });
    T value = co_await result.wait();
    co_return value;
}

}  // namespace retort

// A loop that runs on a thread of its own, for what serves while a test asks.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <future>
#include <thread>

#include "async/task.h"

namespace retort::test {

class LoopThread {
  public:
    LoopThread() : work_(loop_.get_executor()), thread_([this] { loop_.run(); }) {}

    ~LoopThread() {
        work_.reset();
        loop_.stop();
        thread_.join();
    }

    asio::io_context& loop() { return loop_; }

    // On the loop's thread; returns when it is done.
    template <class F>
    auto run(F work) {
        std::packaged_task<decltype(work())()> task(std::move(work));
        auto done = task.get_future();
        asio::post(loop_, [&task] { task(); });
        return done.get();
    }

    // A coroutine on the loop, to its end.
    void await(std::function<Task<void>()> work) {
        std::promise<void> done;
        asio::co_spawn(loop_, work(), [&done](std::exception_ptr) { done.set_value(); });
        done.get_future().get();
    }

  private:
    asio::io_context loop_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::thread thread_;
};

}  // namespace retort::test

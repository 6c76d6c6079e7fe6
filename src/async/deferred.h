// A value that another thread will give to a coroutine of the loop.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "async/gate.h"

namespace retort {

// How many coroutines of this thread's loops wait for a value of another thread. See settle.h.
inline thread_local int waits_for_threads = 0;

// Made on the loop; a copy of its Promise may be kept by any thread, and set() once. The loop's context must outlive
// the call of set().
template <class T>
class Deferred {
    struct State {
        explicit State(asio::any_io_executor e) : executor(e), gate(e) {}
        asio::any_io_executor executor;
        Gate gate;
        std::optional<T> value;
    };

  public:
    class Promise {
      public:
        explicit Promise(std::shared_ptr<State> state) : state_(std::move(state)) {}
        void set(T value) const {
            asio::post(state_->executor, [state = state_, value = std::move(value)]() mutable {
                state->value.emplace(std::move(value));
                state->gate.open();
            });
        }

      private:
        std::shared_ptr<State> state_;
    };

    explicit Deferred(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}
    Promise promise() const { return Promise(state_); }

    Task<T> wait() {
        const std::shared_ptr<State> state = state_;
        ++waits_for_threads;
        co_await state->gate.wait();
        --waits_for_threads;
        co_return std::move(*state->value);
    }

  private:
    std::shared_ptr<State> state_;
};

}  // namespace retort

// Children that run side by side and are handed back in the order in which they land.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <utility>

#include "async/gate.h"

namespace retort {

// A parent spawns children and takes each result as it lands. One child's failure never touches its siblings: what a
// child throws is rethrown when the last has landed, so that none outlives what it refers to. The parent must take
// every child's result before the nursery goes; cancelling children is the parent's business, by the stop tokens it
// gave them. Loop thread only.
template <class T>
class Nursery {
  public:
    struct Landed {
        std::size_t index;  // which child, in the order of spawning
        T value;
    };

    explicit Nursery(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

    void spawn(Task<T> child) {
        const std::size_t index = spawned_++;
        asio::co_spawn(state_->executor, std::move(child), [state = state_, index](std::exception_ptr error, T value) {
            state->landed.push_back({index, error, std::move(value)});
            state->gate.open();
        });
    }

    std::size_t outstanding() const { return spawned_ - taken_; }

    // The next child to land; at least one must be outstanding.
    Task<Landed> next() {
        while (true) {
            while (state_->landed.empty()) {
                state_->gate.close();
                co_await state_->gate.wait();
            }
            Entry entry = std::move(state_->landed.front());
            state_->landed.pop_front();
            ++taken_;
            if (entry.error && !failure_) failure_ = entry.error;
            if (failure_ && outstanding() == 0) std::rethrow_exception(failure_);
            if (!entry.error) co_return Landed{entry.index, std::move(entry.value)};
        }
    }

  private:
    struct Entry {
        std::size_t index;
        std::exception_ptr error;
        T value;
    };
    struct State {
        explicit State(asio::any_io_executor e) : executor(e), gate(e) {}
        asio::any_io_executor executor;
        Gate gate;
        std::deque<Entry> landed;
    };

    std::shared_ptr<State> state_;
    std::size_t spawned_ = 0;
    std::size_t taken_ = 0;
    std::exception_ptr failure_;
};

}  // namespace retort

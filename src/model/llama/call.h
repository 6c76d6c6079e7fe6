// A call on its way from the loop to the engine and back. Not public.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "async/deferred.h"
#include "base/completion.h"
#include "model/language_model.h"
#include "model/llama/generation.h"

namespace retort::llama {

struct Call {
    Call(Deferred<Completion>::Promise p, asio::any_io_executor l, OnDelta d)
        : promise(std::move(p)), loop(std::move(l)), on_delta(std::move(d)) {}

    // Filled in on the loop, then read by the engine alone.
    TokenSequence prompt;
    bool inside_reasoning = false;
    GenerationLimits limits;
    SamplingParameters sampling;
    bool trace = false;
    std::chrono::steady_clock::time_point asked = std::chrono::steady_clock::now();
    Deferred<Completion>::Promise promise;
    asio::any_io_executor loop;
    OnDelta on_delta;  // called on the loop; may be empty

    std::atomic<bool> cancelled = false;

    std::int64_t most_tokens() const {
        return static_cast<std::int64_t>(prompt->size()) + limits.think + limits.max_answer;
    }
};
using CallPtr = std::shared_ptr<Call>;

// Where loops leave word for the engine. It outlives the engine as long as a call may still be cancelled.
class Inbox {
  public:
    void submit(CallPtr call) {
        change([&] { submitted_.push_back(std::move(call)); });
    }

    // At once: the engine takes in all of them or none.
    void submit(const std::vector<CallPtr>& calls) {
        change([&] { submitted_.insert(submitted_.end(), calls.begin(), calls.end()); });
    }

    // Marks the call; it ends at the engine's next step.
    void cancel(Call& call) {
        call.cancelled = true;
        change([&] { woken_ = true; });
    }

    void stop() {
        change([&] { stopping_ = true; });
    }
    bool stopping() const { return stopping_; }

    // What was submitted since the last time. Waits for something to happen when `idle`, and then until a round of
    // calls is whole: its calls arrive within a moment of each other.
    std::vector<CallPtr> take(bool idle);

  private:
    template <class Change>
    void change(Change make) {
        {
            const std::lock_guard lock(mutex_);
            make();
        }
        changed_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<CallPtr> submitted_;      // guarded by mutex_
    bool woken_ = false;                  // guarded by mutex_
    std::atomic<bool> stopping_ = false;  // written under mutex_
};

}  // namespace retort::llama

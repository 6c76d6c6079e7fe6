// Asks again where asking again may help: 408, 409, 429, 5xx, broken connections, replies that were cut.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "async/sleep.h"
#include "model/language_model.h"

namespace retort {

struct RetryPolicy {
    int max_attempts = 16;  // of one call, the first included; at least 1
    std::chrono::nanoseconds total_time = std::chrono::seconds(30);
    std::chrono::nanoseconds base_delay = std::chrono::milliseconds(500);
    std::chrono::nanoseconds max_delay = std::chrono::seconds(8);
};

// The wait before attempt n + 1 is drawn evenly from [0, min(max_delay, base_delay * 2^(n-1))] ("full jitter"), by a
// hash of the seed, the call's place and n: the same in every run, whatever the order of arrival. A server that says
// Retry-After is given that time at least.
//
// total_time counts from the first failure. The time of a failed attempt that had begun to answer does not count, so
// that long answers may be asked for again too. A call that fails for good has all its attempts in `failed`, the last
// one included, and no usage of its own; one that succeeds has those before it. Loop thread only.
class RetryingModel : public LanguageModel {
  public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    explicit RetryingModel(std::shared_ptr<LanguageModel> inner, RetryPolicy policy = {}, Sleeper sleeper = sleep_for,
                           Clock clock = std::chrono::steady_clock::now, std::uint64_t seed = 0);

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override { return inner_->count_tokens(std::move(text)); }
    Task<TokenCount> count_prompt(Prompt prompt) override { return inner_->count_prompt(std::move(prompt)); }
    ModelInfo info() const override { return inner_->info(); }

  private:
    struct History;
    struct Next {
        std::optional<std::chrono::nanoseconds> delay;
        std::string why_not;
    };
    static void note_failure(History& history, Completion& attempt, std::chrono::nanoseconds took);
    static void add_history(Completion& last, History& history);
    Next next_attempt(const Place& place, const History& history) const;
    std::optional<std::chrono::nanoseconds> after_failure(const Place& place, Completion& attempt, History& history,
                                                          std::chrono::nanoseconds took) const;
    std::chrono::nanoseconds jitter(const Place& place, std::size_t failures) const;

    std::shared_ptr<LanguageModel> inner_;
    RetryPolicy policy_;
    Sleeper sleeper_;
    Clock clock_;
    std::uint64_t seed_;
};

}  // namespace retort

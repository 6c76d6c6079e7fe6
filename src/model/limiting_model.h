// A bound on the calls in flight at one server.
#pragma once

#include <memory>

#include "async/semaphore.h"
#include "model/language_model.h"

namespace retort {

constexpr std::size_t kDefaultInFlight = 64;

// Stands inside a RetryingModel, so that a call which waits for its next attempt holds no place. Only complete() is
// bounded. Calls wait first come first served; a wait ends as cancelled when `stop` is requested. Loop thread only.
class LimitingModel : public LanguageModel {
  public:
    explicit LimitingModel(std::shared_ptr<LanguageModel> inner, std::size_t in_flight = kDefaultInFlight);

    // Shares its places with the other models of the same server.
    LimitingModel(std::shared_ptr<LanguageModel> inner, std::shared_ptr<Semaphore> places);

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override { return inner_->count_tokens(std::move(text)); }
    Task<TokenCount> count_prompt(Prompt prompt) override { return inner_->count_prompt(std::move(prompt)); }
    ModelInfo info() const override { return inner_->info(); }

  private:
    std::shared_ptr<LanguageModel> inner_;
    std::shared_ptr<Semaphore> places_;
};

}  // namespace retort

// A model that several servers have: a call goes to the one that suits best then, and where that fails to the others in
// turn. Private to the fleet.
#pragma once

#include <string>

#include "gateway/upstream/fleet.h"
#include "model/language_model.h"

namespace retort::gateway {

class RoutedModel : public LanguageModel {
  public:
    // The fleet outlives this.
    RoutedModel(const Fleet& fleet, std::string name, std::string key)
        : fleet_(fleet), name_(std::move(name)), key_(std::move(key)) {}

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override;
    Task<TokenCount> count_prompt(Prompt prompt) override;
    ModelInfo info() const override;

  private:
    Task<Completion> ask(std::shared_ptr<Upstream> upstream, CompletionRequest request, OnDelta on_delta,
                         std::stop_token stop);

    const Fleet& fleet_;
    std::string name_;
    std::string key_;  // secret
};

// Of the beginning of a prompt: calls that share it read the same first tokens.
std::uint64_t prefix_of(const Prompt& prompt);

}  // namespace retort::gateway

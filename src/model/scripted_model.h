// A model for tests: a function answers, and the test decides in which order the answers land.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/sleep.h"
#include "model/language_model.h"

namespace retort {

// Answers every call by the script. Tokens are white-space separated words, so that tests can count by hand; the chat
// template adds none. What the script leaves at zero of the usage is counted so.
class ScriptedModel : public LanguageModel {
  public:
    using Script = std::function<Completion(const CompletionRequest&)>;

    // How long a call takes; the default lands every call at the next turn of the loop, in the order of asking.
    using Latency = std::function<std::chrono::nanoseconds(const CompletionRequest&)>;

    explicit ScriptedModel(Script script, Latency latency = {});

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override;
    Task<TokenCount> count_prompt(Prompt prompt) override;
    ModelInfo info() const override { return info_; }

    void set_info(ModelInfo info) { info_ = std::move(info); }

    // Every request so far, in the order of asking.
    const std::vector<CompletionRequest>& asked() const { return asked_; }

  private:
    Script script_;
    Latency latency_;
    ModelInfo info_;
    std::vector<CompletionRequest> asked_;
};

// A completion that stopped by itself with this solution.
Completion scripted_text(std::string text, std::string reasoning = {});

// Words, as ScriptedModel counts tokens.
std::int64_t count_words(std::string_view text);

// All that the messages of a prompt say, joined by line ends.
std::string prompt_text(const Prompt& prompt);

}  // namespace retort

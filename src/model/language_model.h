// The one interface to a model: remote, in process, scripted, replayed, or any of these decorated.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "async/task.h"
#include "base/completion.h"

namespace retort {

// A piece of a completion as it is generated. `text` is whole UTF-8 and valid only during the call.
struct Delta {
    std::string_view text;
    bool reasoning = false;       // part of the reasoning, as far as the model marks it
    std::int64_t tokens_out = 0;  // tokens generated so far; 0 where the server does not say
};
using OnDelta = std::function<void(const Delta&)>;

struct TokenCount {
    std::int64_t tokens = 0;
    bool exact = false;  // counted by the model's own tokenizer
};

struct ModelInfo {
    std::string name;
    std::int64_t context = 0;      // context length in tokens; 0: not known
    bool marks_reasoning = false;  // known to mark its reasoning
    std::string where;             // for people: "http://host/v1 (llama-server)", "model.gguf (in process)"
};

// All members are called on the loop's thread. Implementations are safe for any number of calls in flight.
class LanguageModel {
  public:
    virtual ~LanguageModel() = default;

    // Never throws for what a server or a model may do: a failure is a Completion with finish `error`, a request to
    // stop one with finish `cancelled` and the usage as far as it was metered. `on_delta` (may be empty) is called on
    // the loop's thread; a retried call starts again with a delta of empty text and tokens_out -1.
    virtual Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) = 0;

    // Tokens of a text by this model's tokenizer, or an estimate marked as such where none can be had.
    virtual Task<TokenCount> count_tokens(std::string text) = 0;

    // Tokens of a prompt with its chat template. An estimate errs upwards.
    virtual Task<TokenCount> count_prompt(Prompt prompt) = 0;

    virtual ModelInfo info() const = 0;
};

// Estimates where there is no tokenizer: three bytes a token for text. For a prompt, which a budget must hold, models
// take two bytes a token until usage reported by the server says more.
TokenCount estimate_tokens(std::string_view text);

}  // namespace retort

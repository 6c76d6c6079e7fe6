// What a model call asks for and what comes back: plain values, shared by every kind of model.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/place.h"

namespace retort {

using TokenId = std::int32_t;

struct Message {
    std::string role;  // "system", "user" or "assistant"
    std::string content;
    std::string json = {};  // as a client wrote it, where it is more than a role and a text (pictures, calls of tools)
    friend bool operator==(const Message&, const Message&) = default;
};

// Shared, since the drafts of a round read the same prompt.
using Messages = std::shared_ptr<const std::vector<Message>>;
using TokenSequence = std::shared_ptr<const std::vector<TokenId>>;
using Prompt = std::variant<Messages, TokenSequence>;

struct CompletionRequest {
    Place place;
    std::string model;  // for the journal: the name that the user gave
    Prompt prompt;
    std::int64_t think = 0;       // thinking budget in tokens; 0: do not think
    std::int64_t max_answer = 0;  // tokens after the thinking; at least 1
    double temperature = 1.0;     // 0: greedy
    double top_p = 1.0;
    std::uint32_t seed = 0;
    bool logprobs = false;    // token ids and log-probabilities, where the model has them
    std::string prompt_hash;  // SHA-256 of the template that the prompt was made from

    // What a client asked for beyond this, a JSON object: tools, a schema of the answer, stop words. Shared; null:
    // nothing.
    std::shared_ptr<const std::string> extra = nullptr;

    // "Name: value", for a model behind HTTP: by which requests are followed from server to server. No part of what is
    // asked, so not in journals. Shared; null: none.
    std::shared_ptr<const std::vector<std::string>> headers = nullptr;

    // Where a model marks no reasoning this is the one limit on what it writes.
    std::int64_t max_tokens() const { return think + max_answer; }
};

enum class Finish { stop, length, cancelled, error };
std::string_view name(Finish finish);
std::optional<Finish> finish_from(std::string_view name);

// Tokens of one call. Cached tokens are part of `in`, reasoning tokens part of `out`.
struct Usage {
    std::int64_t in = 0;
    std::int64_t out = 0;
    std::int64_t cached = 0;
    std::int64_t reasoning = 0;
    bool estimated = false;  // the server reported none: counted by other means

    std::int64_t total() const { return in + out; }
    Usage& operator+=(const Usage& other);
    friend bool operator==(const Usage&, const Usage&) = default;
};

enum class CallErrorKind {
    connection,     // refused, reset, cut off, timed out
    server,         // 5xx
    rate_limited,   // 429
    refused,        // another 4xx: asking again would not help
    no_such_model,  // the server does not have the model
    context,        // the prompt does not fit the model's context
    protocol,       // the reply is not what the API promises (HTML, broken JSON, a cut stream)
    unauthorised,   // 401, 403
    journal,        // the journal could not be written or read
};
std::string_view name(CallErrorKind kind);
std::optional<CallErrorKind> call_error_from(std::string_view name);

struct CallError {
    CallErrorKind kind = CallErrorKind::connection;
    std::string message;  // expected, found, what to do; one line, no secrets
    bool retryable = false;
    double retry_after_s = 0;  // what the server asked for; 0: nothing
    int http_status = 0;       // 0: none
    friend bool operator==(const CallError&, const CallError&) = default;
};

// An attempt that did not give a completion. It counts in failed_calls and, as far as metered, in B_total.
struct FailedAttempt {
    CallError error;
    Usage usage;
    double wall_s = 0;
};

// How the thinking budget was kept.
enum class ThinkingControl {
    none,         // the model marks no reasoning: think + max_answer is the one limit
    parameter,    // by the server's own parameter
    continued,    // the cut reasoning was continued with its end marker
    token_limit,  // only the limit on all tokens holds
    in_process,   // the engine forced the end of thinking
};
std::string_view name(ThinkingControl control);
std::optional<ThinkingControl> thinking_control_from(std::string_view name);

// Tokens as sampled, never made from text again. All three have the same length, or are empty where the model has none.
struct TokenTrace {
    std::vector<TokenId> ids;
    std::vector<float> logprobs;  // natural logarithm, under the model's distribution at temperature 1; 0 when forced
    std::vector<std::uint8_t> forced;  // 1: put there by us (the forced end of thinking), not sampled
    friend bool operator==(const TokenTrace&, const TokenTrace&) = default;
};

struct Completion {
    Finish finish = Finish::error;
    std::optional<CallError> error;  // when finish is error
    std::string reasoning;           // marked by the model or its server; empty where it marks none
    std::string text;                // what follows the reasoning
    std::string tool_calls;          // JSON array of the calls that the model asks for; empty: none
    Usage usage;
    ThinkingControl thinking = ThinkingControl::none;
    bool thinking_cut = false;  // the thinking budget ended the reasoning
    int requests = 1;           // requests that make up this completion: 2 when the reasoning was continued
    TokenTrace trace;           // where asked for and available
    double wall_s = 0;
    double first_token_s = 0;           // 0: not known
    std::vector<FailedAttempt> failed;  // attempts before this one, in order
    Usage before;                       // of this call in earlier processes, where it did not complete; in B_total
    std::vector<std::string> notes;     // what the user should know, one line each

    bool ok() const { return finish == Finish::stop || finish == Finish::length; }
};

// A completion that is an error.
Completion failed_completion(CallError error);

}  // namespace retort

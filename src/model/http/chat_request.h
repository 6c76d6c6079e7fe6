// The body of a request to a server, by its dialect. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/completion.h"
#include "model/http/dialect.h"

namespace retort {

// What has been learned of the server beyond its row: by a refusal that named a field, or by what came back.
struct Learned {
    std::string limit_field;                      // empty: the dialect's
    std::set<std::string, std::less<>> left_out;  // optional fields that the server refuses
    bool prefill_refused = false;
    bool budget_ignored = false;
    bool implicit_reasoning = false;  // the text starts inside the reasoning: only the end tag shows
    std::optional<bool> marks_reasoning;

    std::string_view limit_of(const Dialect& dialect) const {
        return limit_field.empty() ? dialect.limit_field : std::string_view(limit_field);
    }
};

// An assistant's message that was cut, for the server to go on with. The reasoning is closed.
struct Continuation {
    std::string reasoning;
    std::string text;
};

struct RequestPlan {
    std::int64_t limit = 0;              // on all tokens
    std::optional<std::int64_t> budget;  // on reasoning tokens, by the server's parameter
    std::optional<Continuation> goes_on;
};

// JSON for POST /chat/completions, or for POST /completions where the prompt is tokens.
std::string request_body(const Dialect& dialect, const Learned& learned, const std::string& model,
                         const CompletionRequest& request, const RequestPlan& plan);

// Takes up what a refusal (status 400 or 422) says of a field that `body` holds: switches the name of the token limit,
// or leaves an optional field out. Names the field, or is empty when nothing can be changed.
std::string adapt_to_refusal(std::string_view refusal, std::string_view body, const Dialect& dialect, Learned& learned);

// Bytes of all messages.
std::size_t prompt_bytes(const Prompt& prompt);

}  // namespace retort

// Where OpenAI-compatible servers differ, as data: one row a server, and a new server is a new row.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace retort {

// How a message that was cut is continued: it is the chat's last, and the server is told to go on with it.
enum class Prefill {
    none,
    tags_in_text,     // reasoning stands in the message's text, between its tags
    reasoning_field,  // reasoning stands in "reasoning_content"; in the text it would be sent back as part of the
                      // answer
};

// How the tokens so far are told while a reply streams. It makes cancelled and cut calls exact.
enum class LiveUsage {
    none,
    timings,     // "timings_per_token": each chunk carries {"timings": {"predicted_n", ...}}
    continuous,  // stream_options.continuous_usage_stats: each chunk carries "usage"
};

enum class TokenizerKind {
    none,
    llama_server,  // POST /tokenize {content}, POST /apply-template {messages}
    vllm,          // POST /tokenize {model, prompt | messages}
};

// Where the ids of sampled tokens stand, beside choices[].logprobs.content[].logprob.
enum class TokenIds {
    none,
    in_logprobs,  // logprobs.content[].id
    in_choice,    // choices[].token_ids, asked for by "return_token_ids"
};

// When the server's own parameter for the thinking budget is sent.
enum class SendBudget {
    never,
    always,           // it is ignored for models that mark no reasoning
    once_marks_seen,  // it is an error for a server without a reasoning parser
};

struct Dialect {
    std::string_view name;
    std::string_view owned_by;      // GET /models: data[].owned_by, or empty
    std::string_view limit_field;   // of the limit on all tokens
    std::string_view budget_field;  // of the limit on reasoning tokens, or empty
    SendBudget send_budget = SendBudget::never;
    std::int64_t least_budget = 0;  // smaller ones are not kept: asked for zero, llama-server garbles the end tag
    std::string_view no_thinking =
        "{}";             // JSON: what else says that no thinking is wanted, where a template knows of it
    bool effort = false;  // takes "reasoning_effort" for models that reason, which bounds nothing
    Prefill prefill = Prefill::none;
    bool stream_usage = true;  // takes stream_options.include_usage
    LiveUsage live_usage = LiveUsage::none;
    TokenizerKind tokenizer = TokenizerKind::none;
    bool token_prompts = false;  // /completions takes a prompt as token ids
    TokenIds token_ids = TokenIds::none;
    std::string_view no_filters = "{}";  // JSON: turns off the sampling filters that the server has by default
};

// Reasoning is looked for in all its places (reasoning_content, reasoning, tags in the text, typed parts) whatever the
// dialect, since the model and the server's options decide it as much as the server does.
inline constexpr std::array kDialects{
    Dialect{.name = "generic", .owned_by = "", .limit_field = "max_tokens", .budget_field = ""},
    Dialect{.name = "openai",
            .owned_by = "",
            .limit_field = "max_completion_tokens",
            .budget_field = "",
            .effort = true,
            .token_prompts = true},
    Dialect{.name = "vllm",
            .owned_by = "vllm",
            .limit_field = "max_tokens",
            .budget_field = "thinking_token_budget",
            .send_budget = SendBudget::once_marks_seen,
            .no_thinking = R"({"chat_template_kwargs": {"enable_thinking": false}})",
            .prefill = Prefill::tags_in_text,
            .live_usage = LiveUsage::continuous,
            .tokenizer = TokenizerKind::vllm,
            .token_prompts = true,
            .token_ids = TokenIds::in_choice,
            .no_filters = R"({"top_k": -1, "min_p": 0, "repetition_penalty": 1})"},
    Dialect{.name = "llama-server",
            .owned_by = "llamacpp",
            .limit_field = "max_tokens",
            .budget_field = "thinking_budget_tokens",
            .send_budget = SendBudget::always,
            .least_budget = 1,
            .no_thinking = R"({"chat_template_kwargs": {"enable_thinking": false}})",
            .prefill = Prefill::reasoning_field,
            .live_usage = LiveUsage::timings,
            .tokenizer = TokenizerKind::llama_server,
            .token_prompts = true,
            .token_ids = TokenIds::in_logprobs,
            .no_filters = R"({"top_k": 0, "min_p": 0})"},
    Dialect{.name = "ollama", .owned_by = "library", .limit_field = "max_tokens", .budget_field = ""},
};

// By name, or none: the names are those of the rows.
std::optional<Dialect> dialect_named(std::string_view name);

// By what GET /models calls the owner, or generic.
Dialect dialect_owned_by(std::string_view owner);

}  // namespace retort

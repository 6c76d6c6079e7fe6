// What a training server answers, read as a stream: only what is used is kept. Text of a server is not trusted. Pure;
// any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/completion.h"

namespace retort::train::tinker {

struct SampledSequence {
    std::string stop_reason;  // "stop" or "length"
    std::vector<TokenId> tokens;
    std::vector<float> logprobs;
};

// A model that a server says it has. What is not said of it, or cannot be, is none.
struct ServedModel {
    std::string name = {};
    std::optional<std::int64_t> max_context = {};  // tokens of a sequence
    std::optional<bool> trainable = {};
    std::optional<bool> sampleable = {};
};

// Of any answer. What it does not have is empty.
struct Reply {
    std::map<std::string, std::string> words;  // its texts, "request_id", "path", and flags; short ones alone
    std::map<std::string, double> numbers;     // its flags
    std::map<std::string, double> metrics;
    bool has_metrics = false;                  // "metrics" is there and no null
    bool has_losses = false;                   // of each token, "elementwise_loss"
    std::vector<std::vector<float>> logprobs;  // of forward and forward_backward: one a datum
    std::vector<SampledSequence> sequences;    // of asample
    std::vector<ServedModel> models;           // of get_server_capabilities: those with a name
    std::optional<std::int64_t> rank;          // of create_model: of the adapter that was made
    std::string detail;                        // of an error, in one line

    std::string_view word(const std::string& name) const;
};

// None: it is no JSON, a number in it cannot be (beyond its type), or it is nested deeper than any answer. `why` then
// says what.
std::optional<Reply> read_reply(std::string_view body, std::string& why);

// The numbers that a datum of `tokens` positions has to have: finite, at most 0 and as many. Else what is wrong.
std::optional<std::string> fault_of_logprobs(const std::vector<float>& logprobs, std::size_t tokens);

// Likewise of a sequence: ids within the vocabulary, not more than asked for, one log-probability each.
std::optional<std::string> fault_of_sequence(const SampledSequence& sequence, std::int64_t vocabulary,
                                             std::int64_t max_tokens);

}  // namespace retort::train::tinker

// The completions of servers that speak OpenAI's API, in tokens: a prompt of ids goes there, ids with their
// log-probabilities come back. Text of a server is not trusted. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "train/tinker/messages.h"
#include "train/tinker/reply.h"

namespace retort::train::tinker {

// `ends`: ids that end a sequence; servers keep the one that did. What else servers would do to a distribution by
// themselves, or because of the model's files, is told to be left out.
std::string completion_body(std::string_view model, std::span<const TokenId> prompt, std::span<const TokenId> ends,
                            const SampleParameters& parameters);

// What one choice says, in whichever of these ways: "token_ids" (vLLM), tokens called "token_id:N" among the
// log-probabilities (vLLM before that, SGLang), or log-probabilities with an id each (llama.cpp). None: it is no JSON,
// or has another number of choices; `why` then says what.
std::optional<SampledSequence> read_completion(std::string_view body, std::string& why);

}  // namespace retort::train::tinker

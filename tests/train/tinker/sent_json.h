// What a client of the Tinker protocol sends in JSON, as a training server of tests reads it. What is wrong in it
// throws std::invalid_argument or the JSON library's exceptions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/tinker/messages.h"
#include "train/tinker/server_model.h"

namespace retort::train::tinker::test {

// Empty where it is not there or no text.
std::string text(const nlohmann::json& body, const char* name);

std::vector<TokenId> tokens_in(const nlohmann::json& input);

// Of forward or forward_backward. Tokens are below `vocabulary`, weights are a mask.
SentData sent_in(const nlohmann::json& input, int vocabulary);

// Of optim_step.
AdamW settings_in(const nlohmann::json& parameters);

nlohmann::json tensor_json(const std::vector<float>& values);

}  // namespace retort::train::tinker::test

// What a GGUF file says about itself, read from its header alone: no weights, no CPU libraries.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace retort {

struct GgufInfo {
    std::string path;
    std::uint64_t bytes = 0;      // of the file
    std::string name;             // "general.name"; may be empty
    std::string architecture;     // "llama", "qwen3", ...
    std::int64_t parameters = 0;  // weights, counted over the tensors
    std::string quantisation;     // "Q4_1", "all F32", ...
    std::int64_t context = 0;     // tokens the model was trained for; 0: not said
    std::int64_t layers = 0;
    std::string tokenizer;        // "gpt2 (smollm)", "llama", ...
    std::int64_t vocabulary = 0;  // tokens
    bool has_chat_template = false;
    bool knows_chat_template = false;  // it can be rendered, or llama.cpp has a version of its own
    bool marks_reasoning = false;      // the chat template or the vocabulary has marks of reasoning
    std::string licence;               // "general.license"; may be empty
    std::vector<std::pair<std::string, std::string>> retort;  // metadata under "retort.", without the prefix
};

// Errors: no such file, not a GGUF, truncated, damaged.
Outcome<GgufInfo> model_info(const std::string& path);

}  // namespace retort

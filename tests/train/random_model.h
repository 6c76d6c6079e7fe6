// A tiny Llama with random weights and a vocabulary of awkward words.
#pragma once

#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "train/folder.h"
#include "train/gguf/model_file.h"

namespace retort::train::test {

// Phrases, leading spaces, line ends, quotes, backslashes, UTF-8, bytes that are none, and words that begin each other.
inline WordTokenizer awkward_tokenizer() {
    WordTokenizer out;
    out.chat_template =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
    out.words = {"<|im_start|>user\n",
                 "<|im_start|>assistant\n",
                 "<|im_start|>system\n",
                 "<|im_end|>",
                 "<|im_end|>\n",
                 "[EOT]",
                 "\n",
                 "\n\n",
                 "\t",
                 " ",
                 "  ",
                 "    x",
                 "\"",
                 "'",
                 "\\",
                 "\\n",
                 "\\x41",
                 "a",
                 "ab",
                 "abcde",
                 "bcd",
                 "The answer is",
                 " the answer is",
                 "\xC3\xA9",
                 "\xC3\xA9t\xC3\xA9",
                 "\xE2\x9C\x93 done",
                 "\xF0\x9F\x98\x80",
                 "\xE2\x96\x81<PRE>",
                 "\xFF\xFE",
                 "</s> not",
                 "x",
                 "x / y",
                 "unused",
                 "= ",
                 "; candidate"};
    for (int i = 0; i < 150; ++i) out.words.push_back(std::to_string(i));
    for (int i = 0; i < 115; ++i) out.words.push_back(" word" + std::to_string(i * 7));
    return out;
}

inline NetShape tiny_shape(int vocabulary, bool tied = false) {
    NetShape out;
    out.vocabulary = vocabulary;
    out.width = 64;
    out.layers = 2;
    out.heads = 4;
    out.kv_heads = 2;
    out.head_width = 16;
    out.feed_forward = 96;
    out.context = 256;
    out.rope_base = 12345.5F;
    out.norm_epsilon = 3e-6F;
    out.tied = tied;
    return out;
}

inline ModelFile random_model(const NetShape& shape, std::shared_ptr<const Metadata> metadata, unsigned seed = 1) {
    ModelFile out{shape, std::move(metadata), tensors_of(shape)};
    std::mt19937 random(seed);
    for (NamedTensor& tensor : out.tensors) {
        std::int64_t count = 1;
        for (const std::int64_t size : tensor.shape) count *= size;
        const float scale = 1 / std::sqrt(static_cast<float>(tensor.shape.back()));
        std::normal_distribution<float> normal(tensor.shape.size() == 1 ? 1.0F : 0.0F, scale);
        for (std::int64_t i = 0; i < count; ++i) tensor.values.push_back(normal(random));
    }
    return out;
}

inline ModelFile random_model(bool tied = false) {
    const auto metadata = new_metadata(awkward_tokenizer(), "random");
    if (!metadata) throw std::runtime_error(metadata.error().message);
    return random_model(tiny_shape(static_cast<int>(token_texts(**metadata).size()), tied), *metadata);
}

}  // namespace retort::train::test

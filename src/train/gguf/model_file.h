// A model as a file: GGUF in, GGUF out, with tokenizer, chat template and prompt set. Weights are fp32 in memory.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "operator/gguf/carried_prompts.h"
#include "train/net/shape.h"

struct gguf_context;

namespace retort::train {

// All metadata of a GGUF file but what NetShape says: tokenizer, chat template, name, what we wrote. Opaque; copies of
// it are cheap.
class Metadata;

struct ModelFile {
    NetShape shape;
    std::shared_ptr<const Metadata> metadata;
    std::vector<NamedTensor> tensors;  // those of tensors_of(shape), in its order
};

enum class WeightType { f32, f16, q8_0 };
std::optional<WeightType> weight_type_from(const std::string& name);  // "f32", "f16", "q8_0"

// Reads a GGUF of the architecture "llama", of any weight type that ggml can turn into floats. Errors name the file and
// what is missing or not supported (another architecture, RoPE scaling, biases, experts).
Outcome<ModelFile> read_model(const std::string& path);

// What a run adds to the metadata of a file.
struct RunMetadata {
    std::string name;                          // general.name
    std::optional<PromptSet> prompts;          // the set that `solve` uses with this file, as prompt_set_in() reads it
    std::map<std::string, std::string> about;  // "retort.train.steps" and the like
};

// Written to a temporary name, synced, renamed. Norms and other vectors stay F32; with q8_0 a matrix whose rows do not
// divide into blocks is F16. Error: the disk is full, and so on; nothing half-written remains.
Outcome<void> write_model(const std::string& path, const ModelFile& model, WeightType type, const RunMetadata& run);

// A tokenizer of ours: the longest word that matches is the next token, whatever follows (llama.cpp's "rwkv" kind).
// A byte that begins no word becomes the unknown token; one that begins words of which none matches, a token of its
// own.
struct WordTokenizer {
    std::vector<std::string> words;  // distinct, not empty, any bytes; none is the name of a control token
    std::string chat_template;       // Jinja, of a form that llama.cpp knows; empty: none
    // The vocabulary: "<unk>", the end of generation "</s>", "<think>" and "</think>" (tokens 0 to 3), the words from 4
    // on in their order, then first bytes of words that are no words themselves, then three unused tokens that stand
    // for control tokens' names in what users write.
};

// Metadata of a new model with this tokenizer. Error: a word or the chat template cannot be used.
Outcome<std::shared_ptr<const Metadata>> new_metadata(const WordTokenizer& tokenizer, const std::string& name);

// Metadata of a new model with byte-level BPE, from a tokenizer.json of Hugging Face's `tokenizers` as
// scripts/train-tokenizer.py writes it; its conversations are ChatML. The error names the file and what llama.cpp would
// read otherwise than that library does.
Outcome<std::shared_ptr<const Metadata>> bpe_metadata(const std::string& path, const std::string& name);

extern const char* const kChatMl;  // the template of such a model

// What llama.cpp makes a model from whose weights it is given in memory: shape and metadata as write_model() writes
// them. The caller frees it by gguf_free().
gguf_context* new_header(const NetShape& shape, const Metadata& metadata);

// Texts of all tokens, by id; control tokens by their names, unused ones empty.
std::vector<std::string> token_texts(const Metadata& metadata);

}  // namespace retort::train

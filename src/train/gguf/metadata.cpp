#include "train/gguf/metadata.h"

#include <fmt/format.h>

#include "model/llama/backend.h"

namespace retort::train {

Metadata::Metadata(llama::GgufHandle values, ModelHandle model)
    : values_(std::move(values)), model_(std::move(model)), vocabulary_(model_.get()) {}

Outcome<std::shared_ptr<const Metadata>> Metadata::make(llama::GgufHandle values, const std::string& where) {
    if (const Outcome<void> loaded = llama::load_backends(); !loaded) return loaded.error();
    const llama::LogCapture log;
    llama_model_params parameters = llama_model_default_params();
    parameters.vocab_only = true;
    ModelHandle model(llama_model_init_from_user(values.get(), nullptr, nullptr, parameters));
    if (model == nullptr)
        return Error{ErrorKind::file, fmt::format("{}: llama.cpp cannot use its tokenizer{}", where, log.reason())};
    return std::shared_ptr<const Metadata>(new Metadata(std::move(values), std::move(model)));
}

std::vector<std::string> token_texts(const Metadata& metadata) {
    const llama::Vocabulary& vocabulary = metadata.vocabulary();
    std::vector<std::string> out;
    out.reserve(static_cast<std::size_t>(vocabulary.size()));
    for (TokenId token = 0; token < vocabulary.size(); ++token)
        out.push_back(vocabulary.is_unused(token) ? std::string() : vocabulary.piece(token, true));
    return out;
}

std::vector<TokenId> tokenize(const Metadata& metadata, std::string_view text, bool control) {
    return control ? metadata.vocabulary().control(text) : metadata.vocabulary().plain(text);
}

TokenId end_token(const Metadata& metadata) {
    return metadata.vocabulary().end();
}

}  // namespace retort::train

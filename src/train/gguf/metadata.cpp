#include "train/gguf/metadata.h"

namespace retort::train {

Outcome<std::shared_ptr<const Metadata>> Metadata::make(llama::GgufHandle values, const std::string& where) {
    auto tokenizer = llama::Tokenizer::of(*values, where);
    if (!tokenizer) return tokenizer.error();
    return std::shared_ptr<const Metadata>(new Metadata(std::move(values), std::move(*tokenizer)));
}

std::vector<std::string> token_texts(const Metadata& metadata) {
    const llama::Vocabulary& vocabulary = metadata.vocabulary();
    std::vector<std::string> out;
    out.reserve(static_cast<std::size_t>(vocabulary.size()));
    for (TokenId token = 0; token < vocabulary.size(); ++token)
        out.push_back(vocabulary.is_unused(token) ? std::string() : vocabulary.piece(token, true));
    return out;
}

}  // namespace retort::train

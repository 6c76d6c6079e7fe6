#include "model/llama/vocabulary.h"

#include <array>

namespace retort::llama {

Vocabulary::Vocabulary(const llama_model* model) : vocab_(llama_model_get_vocab(model)) {}

std::string Vocabulary::piece(TokenId token, bool control_too) const {
    std::array<char, 128> small{};
    const int size = llama_token_to_piece(vocab_, token, small.data(), small.size(), 0, control_too);
    if (size >= 0) return {small.data(), static_cast<std::size_t>(size)};
    std::string large(static_cast<std::size_t>(-size), '\0');
    llama_token_to_piece(vocab_, token, large.data(), -size, 0, control_too);
    return large;
}

TokenId Vocabulary::single(std::string_view text) const {
    const std::vector<TokenId> tokens = control(text);
    return tokens.size() == 1 ? tokens.front() : LLAMA_TOKEN_NULL;
}

std::vector<TokenId> Vocabulary::tokenize(std::string_view text, bool control) const {
    std::vector<TokenId> out(text.size() + 8);
    const auto write = [&] {
        return llama_tokenize(vocab_, text.data(), static_cast<std::int32_t>(text.size()), out.data(),
                              static_cast<std::int32_t>(out.size()), false, control);
    };
    int count = write();
    if (count < 0) {
        out.resize(static_cast<std::size_t>(-count));
        count = write();
    }
    out.resize(static_cast<std::size_t>(std::max(count, 0)));
    return out;
}

}  // namespace retort::llama

// A model's tokenizer. Const and without state of its own: any thread. Not public.
#pragma once

#include <llama.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/completion.h"

namespace retort::llama {

class Vocabulary {
  public:
    // The model must outlive this.
    explicit Vocabulary(const llama_model* model);

    int size() const { return llama_vocab_n_tokens(vocab_); }
    bool ends_generation(TokenId token) const { return llama_vocab_is_eog(vocab_, token); }
    bool is_control(TokenId token) const { return llama_vocab_is_control(vocab_, token); }
    bool is_unused(TokenId token) const { return (llama_vocab_get_attr(vocab_, token) & LLAMA_TOKEN_ATTR_UNUSED) != 0; }
    // Whether its text is read as this token in a template and not in plain text.
    bool is_read_as_control(TokenId token) const {
        return (llama_vocab_get_attr(vocab_, token) & (LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNKNOWN)) != 0;
    }
    bool valid(TokenId token) const { return token >= 0 && token < size(); }

    // The text of a token; control tokens have none unless asked for.
    std::string piece(TokenId token, bool control_too) const;

    // As it stands in the vocabulary, and as the tokenizer looks for control tokens.
    std::string text(TokenId token) const { return llama_vocab_get_text(vocab_, token); }

    // Plain text: nothing in it is read as a control token.
    std::vector<TokenId> plain(std::string_view text) const { return tokenize(text, false); }

    // Text of a template: control tokens are read as such.
    std::vector<TokenId> control(std::string_view text) const { return tokenize(text, true); }

    // The token whose whole text this is, or -1.
    TokenId single(std::string_view text) const;

    // The token that begins a text, -1 where the model has none.
    TokenId begin() const { return llama_vocab_bos(vocab_); }

    // BOS where the model wants it first, else -1.
    TokenId opening() const { return llama_vocab_get_add_bos(vocab_) ? llama_vocab_bos(vocab_) : LLAMA_TOKEN_NULL; }

    // The token that ends a generation, -1 where the model has none.
    TokenId end() const { return llama_vocab_eos(vocab_); }

    // The token that ends a turn of a conversation; where the model has no such token, end().
    TokenId end_of_turn() const {
        const TokenId token = llama_vocab_eot(vocab_);
        return token == LLAMA_TOKEN_NULL ? end() : token;
    }

  private:
    std::vector<TokenId> tokenize(std::string_view text, bool control) const;
    const llama_vocab* vocab_;
};

}  // namespace retort::llama

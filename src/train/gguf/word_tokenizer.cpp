// Vocabularies of llama.cpp's kind "rwkv": a trie over the bytes of all tokens, the longest match is taken.
//
// Three properties of that kind are met here. Texts are escaped, so that any bytes may stand in a word, and no word
// looks like a control token to llama.cpp, which goes by the escaped text. A byte that begins a word must be a token
// itself: llama.cpp does not go on where something begins like a word and is none. Names of control tokens stand in the
// trie too, so that a user could write them: unused tokens with the same texts come later and take their places there.
#include <fmt/format.h>
#include <llama.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/text.h"
#include "train/gguf/metadata.h"

namespace retort::train {
namespace {

struct Control {
    const char* name;
    llama_token_type type;
};
constexpr std::array<Control, 4> kControls{{{"<unk>", LLAMA_TOKEN_TYPE_UNKNOWN},
                                            {"</s>", LLAMA_TOKEN_TYPE_CONTROL},
                                            {"<think>", LLAMA_TOKEN_TYPE_CONTROL},
                                            {"</think>", LLAMA_TOKEN_TYPE_CONTROL}}};
constexpr std::uint32_t kUnknown = 0;
constexpr std::uint32_t kEnd = 1;

Error refused(const std::string& name, const std::string& what) {
    return {ErrorKind::usage, fmt::format("tokenizer of {}: {}", name, what)};
}

// As llama.cpp reads it back.
std::string escaped(std::string_view text) {
    const bool is_text = valid_utf8(text) == text;
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\' || c == '<' || c == '[') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !is_text)) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    return out;
}

class Vocabulary {
  public:
    void add(std::string text, llama_token_type type) {
        texts_.push_back(std::move(text));
        types_.push_back(type);
    }

    void write(gguf_context* file) const {
        std::vector<const char*> texts;
        texts.reserve(texts_.size());
        for (const std::string& text : texts_) texts.push_back(text.c_str());
        gguf_set_arr_str(file, "tokenizer.ggml.tokens", texts.data(), texts.size());
        gguf_set_arr_data(file, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, types_.data(), types_.size());
    }

  private:
    std::vector<std::string> texts_;
    std::vector<std::int32_t> types_;
};

std::optional<Error> wrong_word(const std::vector<std::string>& words, const std::string& name) {
    std::unordered_set<std::string_view> seen;
    for (const Control& control : kControls) seen.insert(control.name);
    for (const std::string& word : words) {
        if (word.empty()) return refused(name, "expected words, found an empty one");
        if (!seen.insert(word).second)
            return refused(name, fmt::format("expected distinct words other than the names of control tokens, found "
                                             "\"{}\" again",
                                             valid_utf8(word)));
    }
    return std::nullopt;
}

// First bytes of words that are no words yet, each once.
std::vector<std::string> missing_bytes(const std::vector<std::string>& words) {
    std::unordered_set<std::string> known(words.begin(), words.end());
    std::vector<std::string> out;
    const auto need = [&](const std::string& word) {
        if (known.insert(word.substr(0, 1)).second) out.push_back(word.substr(0, 1));
    };
    for (const Control& control : kControls) need(control.name);
    for (const std::string& word : words) need(word);
    return out;
}

Vocabulary vocabulary_of(const std::vector<std::string>& words) {
    Vocabulary out;
    for (const Control& control : kControls) out.add(control.name, control.type);
    for (const std::string& word : words) out.add(escaped(word), LLAMA_TOKEN_TYPE_NORMAL);
    for (const std::string& byte : missing_bytes(words)) out.add(escaped(byte), LLAMA_TOKEN_TYPE_NORMAL);
    for (const Control& control : kControls)
        if (control.type == LLAMA_TOKEN_TYPE_CONTROL) out.add(escaped(control.name), LLAMA_TOKEN_TYPE_UNUSED);
    return out;
}

bool is_known_template(const std::string& text) {
    const llama_chat_message hello{"user", "hello"};
    return llama_chat_apply_template(text.c_str(), &hello, 1, true, nullptr, 0) >= 0;
}

}  // namespace

Outcome<std::shared_ptr<const Metadata>> new_metadata(const WordTokenizer& tokenizer, const std::string& name) {
    if (auto error = wrong_word(tokenizer.words, name)) return *error;
    if (!tokenizer.chat_template.empty() && !is_known_template(tokenizer.chat_template))
        return refused(name, "llama.cpp does not know its chat template: take one of a common form");
    llama::GgufHandle values(gguf_init_empty());
    gguf_context* file = values.get();
    gguf_set_val_str(file, "general.architecture", "llama");
    gguf_set_val_str(file, "general.type", "model");
    gguf_set_val_str(file, "general.name", name.c_str());
    gguf_set_val_str(file, "tokenizer.ggml.model", "rwkv");
    vocabulary_of(tokenizer.words).write(file);
    gguf_set_val_u32(file, "tokenizer.ggml.unknown_token_id", kUnknown);
    gguf_set_val_u32(file, "tokenizer.ggml.eos_token_id", kEnd);
    gguf_set_val_bool(file, "tokenizer.ggml.add_bos_token", false);
    gguf_set_val_bool(file, "tokenizer.ggml.add_eos_token", false);
    if (!tokenizer.chat_template.empty())
        gguf_set_val_str(file, "tokenizer.chat_template", tokenizer.chat_template.c_str());
    return Metadata::make(std::move(values), name);
}

}  // namespace retort::train

// Byte-level BPE from the file of Hugging Face's `tokenizers` to llama.cpp's kind "gpt2".
//
// Both libraries write a byte as the same printable character and rank merges alike; they differ in how a text is cut
// into words before. So only files whose way of cutting is one that llama.cpp has a name for are taken.
#include <fmt/format.h>
#include <llama.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/json_range.h"
#include "train/gguf/metadata.h"

namespace retort::train {
namespace {

using nlohmann::json;

// Each digit by itself, then GPT-2's pattern.
constexpr const char* kCutting = "smollm";

constexpr const char* kEnd = "<|endoftext|>";
constexpr const char* kTurnEnd = "<|im_end|>";
constexpr std::array<const char*, 3> kNeeded{kEnd, "<|im_start|>", kTurnEnd};

Error refused(const std::string& path, const std::string& what) {
    return {ErrorKind::file, fmt::format("{}: {} (scripts/train-tokenizer.py writes such files)", path, what)};
}

struct Bpe {
    std::vector<std::string> texts;  // by id
    std::vector<std::int32_t> types;
    std::vector<std::string> merges;  // "left right", by rank

    std::optional<std::uint32_t> id_of(const std::string& text) const {
        const auto found = std::find(texts.begin(), texts.end(), text);
        if (found == texts.end()) return std::nullopt;
        return static_cast<std::uint32_t>(found - texts.begin());
    }
};

bool is_known_cutting(const json& cutting) {
    if (cutting.value("type", "") != "Sequence" || cutting.at("pretokenizers").size() != 2) return false;
    const json& digits = cutting["pretokenizers"][0];
    const json& bytes = cutting["pretokenizers"][1];
    return digits.value("type", "") == "Digits" && digits.value("individual_digits", false) &&
           bytes.value("type", "") == "ByteLevel" && !bytes.value("add_prefix_space", true) &&
           bytes.value("use_regex", false);
}

// What would make it tokenise otherwise than llama.cpp does, or empty.
std::string unsuitable(const json& file) {
    const json& model = file.at("model");
    if (model.value("type", "") != "BPE") return "expected a model of the type BPE";
    for (const char* key : {"dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"})
        if (model.contains(key) && !model[key].is_null() && model[key] != "")
            return fmt::format("expected a BPE without {}", key);
    for (const char* key : {"byte_fallback", "ignore_merges"})
        if (model.value(key, false)) return fmt::format("expected a BPE without {}", key);
    if (file.contains("normalizer") && !file["normalizer"].is_null()) return "expected no normalizer";
    if (!is_known_cutting(file.at("pre_tokenizer")))
        return "expected the pre-tokenizers Digits (each by itself) and ByteLevel (with its pattern, no space before)";
    return "";
}

// A hole in the ids stays an empty text.
std::string read_tokens(const json& file, Bpe& out) {
    const json& vocabulary = file.at("model").at("vocab");
    out.texts.resize(vocabulary.size());
    out.types.assign(vocabulary.size(), LLAMA_TOKEN_TYPE_NORMAL);
    for (const auto& [text, id] : vocabulary.items()) {
        const auto place = id.get<std::size_t>();
        if (place >= out.texts.size() || !out.texts[place].empty()) return "expected ids from 0 on without holes";
        out.texts[place] = text;
    }
    for (const json& token : file.at("added_tokens")) {
        const auto id = out.id_of(token.at("content").get<std::string>());
        if (!id || *id != token.at("id").get<std::uint32_t>()) return "expected special tokens within the vocabulary";
        out.types[*id] = LLAMA_TOKEN_TYPE_CONTROL;
    }
    for (const char* name : kNeeded) {
        const auto id = out.id_of(name);
        if (!id || out.types[*id] != LLAMA_TOKEN_TYPE_CONTROL)
            return fmt::format("the special token {} is missing", name);
    }
    return "";
}

void read_merges(const json& merges, Bpe& out) {
    for (const json& merge : merges)
        out.merges.push_back(merge.is_string() ? merge.get<std::string>()
                                               : merge.at(0).get<std::string>() + " " + merge.at(1).get<std::string>());
}

Outcome<Bpe> read_bpe(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    Bpe out;
    try {
        const json file = json::parse(in, within_64_bits<json>);
        std::string wrong = unsuitable(file);
        if (wrong.empty()) wrong = read_tokens(file, out);
        if (!wrong.empty()) return refused(path, wrong);
        read_merges(file.at("model").at("merges"), out);
    } catch (const json::exception& error) {
        return refused(path, fmt::format("expected a tokenizer as JSON ({})", error.what()));
    }
    return out;
}

void set_texts(gguf_context* file, const char* key, const std::vector<std::string>& texts) {
    std::vector<const char*> pointers;
    pointers.reserve(texts.size());
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    gguf_set_arr_str(file, key, pointers.data(), pointers.size());
}

}  // namespace

const char* const kChatMl =
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

Outcome<std::shared_ptr<const Metadata>> bpe_metadata(const std::string& path, const std::string& name) {
    const Outcome<Bpe> bpe = read_bpe(path);
    if (!bpe) return bpe.error();
    llama::GgufHandle values(gguf_init_empty());
    gguf_context* file = values.get();
    gguf_set_val_str(file, "general.architecture", "llama");
    gguf_set_val_str(file, "general.type", "model");
    gguf_set_val_str(file, "general.name", name.c_str());
    gguf_set_val_str(file, "tokenizer.ggml.model", "gpt2");
    gguf_set_val_str(file, "tokenizer.ggml.pre", kCutting);
    set_texts(file, "tokenizer.ggml.tokens", bpe->texts);
    gguf_set_arr_data(file, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, bpe->types.data(), bpe->types.size());
    set_texts(file, "tokenizer.ggml.merges", bpe->merges);
    gguf_set_val_u32(file, "tokenizer.ggml.bos_token_id", *bpe->id_of(kEnd));
    gguf_set_val_u32(file, "tokenizer.ggml.eos_token_id", *bpe->id_of(kEnd));
    gguf_set_val_u32(file, "tokenizer.ggml.eot_token_id", *bpe->id_of(kTurnEnd));
    gguf_set_val_bool(file, "tokenizer.ggml.add_bos_token", false);
    gguf_set_val_bool(file, "tokenizer.ggml.add_eos_token", false);
    gguf_set_val_str(file, "tokenizer.chat_template", kChatMl);
    return Metadata::make(std::move(values), path);
}

}  // namespace retort::train

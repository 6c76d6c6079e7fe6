#include "model/llama/model_info.h"

#include <fmt/format.h>
#include <llama.h>

#include <filesystem>
#include <string_view>
#include <unordered_set>

#include "model/llama/family_template.h"
#include "model/llama/gguf_file.h"
#include "model/llama/jinja_template.h"
#include "model/llama/reasoning.h"

namespace retort {
namespace {

using namespace llama;

constexpr std::string_view kOurs = "retort.";

std::int64_t count_parameters(const gguf_context* file) {
    std::int64_t total = 0;
    for (std::int64_t i = 0; i < gguf_get_n_tensors(file); ++i) {
        const std::int64_t* shape = gguf_get_tensor_ne(file, i);
        total += shape[0] * shape[1] * shape[2] * shape[3];
    }
    return total;
}

std::string tokenizer_name(const gguf_context* file) {
    const std::string model = metadata_text(file, "tokenizer.ggml.model");
    const std::string variant = metadata_text(file, "tokenizer.ggml.pre");
    return variant.empty() || variant == "default" ? model : fmt::format("{} ({})", model, variant);
}

std::unordered_set<std::string_view> vocabulary(const gguf_context* file) {
    const std::int64_t key = gguf_find_key(file, "tokenizer.ggml.tokens");
    std::unordered_set<std::string_view> out;
    if (key < 0 || gguf_get_kv_type(file, key) != GGUF_TYPE_ARRAY || gguf_get_arr_type(file, key) != GGUF_TYPE_STRING)
        return out;
    out.reserve(gguf_get_arr_n(file, key));
    for (std::size_t i = 0; i < gguf_get_arr_n(file, key); ++i) out.emplace(gguf_get_arr_str(file, key, i));
    return out;
}

void read_template(const gguf_context* file, GgufInfo& info) {
    const std::string text = metadata_text(file, "tokenizer.chat_template");
    info.has_chat_template = !text.empty();
    info.knows_chat_template = info.has_chat_template && (JinjaTemplate::open(text, {}) || FamilyTemplate::find(text));
    const std::unordered_set<std::string_view> tokens = vocabulary(file);
    info.vocabulary = static_cast<std::int64_t>(tokens.size());
    info.marks_reasoning = find_marks(text, [&](std::string_view mark) { return tokens.contains(mark); }) != nullptr;
}

void read_ours(const gguf_context* file, GgufInfo& info) {
    for (std::int64_t i = 0; i < gguf_get_n_kv(file); ++i) {
        const std::string_view key = gguf_get_key(file, i);
        if (key.starts_with(kOurs)) info.retort.emplace_back(key.substr(kOurs.size()), metadata_text(file, i));
    }
}

}  // namespace

Outcome<GgufInfo> model_info(const std::string& path) {
    const Outcome<GgufHandle> opened = open_gguf(path);
    if (!opened) return opened.error();
    const gguf_context* file = opened->get();
    GgufInfo info;
    info.path = path;
    std::error_code ignored;
    info.bytes = std::filesystem::file_size(path, ignored);
    info.name = metadata_text(file, "general.name");
    info.architecture = metadata_text(file, "general.architecture");
    info.parameters = count_parameters(file);
    info.quantisation =
        llama_ftype_name(static_cast<llama_ftype>(metadata_number(file, "general.file_type", LLAMA_FTYPE_GUESSED)));
    info.context = metadata_number(file, info.architecture + ".context_length", 0);
    info.layers = metadata_number(file, info.architecture + ".block_count", 0);
    info.tokenizer = tokenizer_name(file);
    info.licence = metadata_text(file, "general.license");
    read_template(file, info);
    read_ours(file, info);
    return info;
}

}  // namespace retort

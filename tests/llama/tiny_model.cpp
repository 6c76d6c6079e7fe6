#include "llama/tiny_model.h"

#include <fmt/format.h>
#include <ggml.h>
#include <gguf.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <vector>

namespace retort::testing {
namespace {

constexpr int kWidth = 64;
constexpr int kHeads = 4;
constexpr int kKvHeads = 2;
constexpr int kFeedForward = 128;
constexpr int kLayers = 2;
constexpr int kVocabulary = 320;

enum TokenType : std::int32_t { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kByte = 6 };

struct Vocabulary {
    std::vector<std::string> texts;
    std::vector<float> scores;
    std::vector<std::int32_t> types;

    void add(std::string text, TokenType type, float score = 0) {
        texts.push_back(std::move(text));
        scores.push_back(score);
        types.push_back(type);
    }
};

Vocabulary vocabulary(const TinyModel& model) {
    Vocabulary out;
    out.add("<unk>", kUnknown);
    out.add("<s>", kControl);
    out.add("</s>", kControl);
    for (int byte = 0; byte < 256; ++byte) out.add(fmt::format("<0x{:02X}>", byte), kByte);
    if (model.chat_tokens) {
        out.add("<|im_start|>", kControl);
        out.add("<|im_end|>", kControl);
    }
    if (model.thinks) {
        out.add("<think>", kUserDefined);
        out.add("</think>", kUserDefined);
    }
    out.add("\xE2\x96\x81", kNormal, -1);  // the space of SentencePiece
    for (char letter = 'a'; letter <= 'z'; ++letter) out.add(std::string(1, letter), kNormal, -2);
    for (int i = 0; static_cast<int>(out.texts.size()) < kVocabulary; ++i) out.add(fmt::format("w{}", i), kNormal, -3);
    return out;
}

void write_metadata(gguf_context* file, const TinyModel& model) {
    gguf_set_val_str(file, "general.architecture", "llama");
    gguf_set_val_str(file, "general.name", "tiny");
    gguf_set_val_u32(file, "general.file_type", 0);
    gguf_set_val_u32(file, "llama.context_length", static_cast<std::uint32_t>(model.context));
    gguf_set_val_u32(file, "llama.embedding_length", kWidth);
    gguf_set_val_u32(file, "llama.block_count", kLayers);
    gguf_set_val_u32(file, "llama.feed_forward_length", kFeedForward);
    gguf_set_val_u32(file, "llama.attention.head_count", kHeads);
    gguf_set_val_u32(file, "llama.attention.head_count_kv", kKvHeads);
    gguf_set_val_f32(file, "llama.attention.layer_norm_rms_epsilon", 1e-5F);
    gguf_set_val_u32(file, "llama.rope.dimension_count", kWidth / kHeads);
    gguf_set_val_str(file, "retort.operator", "pdr:4,2");
    gguf_set_val_u32(file, "retort.workspace", 256);
}

void write_vocabulary(gguf_context* file, const TinyModel& model) {
    const Vocabulary vocab = vocabulary(model);
    std::vector<const char*> texts;
    for (const std::string& text : vocab.texts) texts.push_back(text.c_str());
    gguf_set_val_str(file, "tokenizer.ggml.model", "llama");
    gguf_set_arr_str(file, "tokenizer.ggml.tokens", texts.data(), texts.size());
    gguf_set_arr_data(file, "tokenizer.ggml.scores", GGUF_TYPE_FLOAT32, vocab.scores.data(), vocab.scores.size());
    gguf_set_arr_data(file, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, vocab.types.data(), vocab.types.size());
    gguf_set_val_u32(file, "tokenizer.ggml.bos_token_id", 1);
    gguf_set_val_u32(file, "tokenizer.ggml.eos_token_id", 2);
    std::string text = model.chat_template;
    if (model.thinks) text += "{% if add_generation_prompt %}<think>\n{% endif %}";
    if (!text.empty()) gguf_set_val_str(file, "tokenizer.chat_template", text.c_str());
}

class Weights {
  public:
    Weights(gguf_context* file, std::uint32_t seed) : file_(file), random_(seed) {
        context_ = ggml_init({std::size_t{8} << 20, nullptr, false});
    }
    ~Weights() { ggml_free(context_); }
    Weights(const Weights&) = delete;
    Weights& operator=(const Weights&) = delete;

    void matrix(const std::string& name, int in, int out, float scale = 1) {
        ggml_tensor* tensor = ggml_new_tensor_2d(context_, GGML_TYPE_F32, in, out);
        std::normal_distribution<float> normal(0, scale / std::sqrt(static_cast<float>(in)));
        auto* data = static_cast<float*>(tensor->data);
        for (int i = 0; i < in * out; ++i) data[i] = normal(random_);
        add(tensor, name);
    }
    void ones(const std::string& name, int size) {
        ggml_tensor* tensor = ggml_new_tensor_1d(context_, GGML_TYPE_F32, size);
        for (int i = 0; i < size; ++i) static_cast<float*>(tensor->data)[i] = 1;
        add(tensor, name);
    }

  private:
    void add(ggml_tensor* tensor, const std::string& name) {
        ggml_set_name(tensor, name.c_str());
        gguf_add_tensor(file_, tensor);
    }
    gguf_context* file_;
    ggml_context* context_;
    std::mt19937 random_;
};

void write_file(const std::string& path, const TinyModel& model) {
    gguf_context* file = gguf_init_empty();
    write_metadata(file, model);
    write_vocabulary(file, model);
    Weights weights(file, model.seed);
    weights.matrix("token_embd.weight", kWidth, kVocabulary, 8);
    for (int layer = 0; layer < kLayers; ++layer) {
        const std::string name = fmt::format("blk.{}.", layer);
        weights.ones(name + "attn_norm.weight", kWidth);
        weights.matrix(name + "attn_q.weight", kWidth, kWidth, 2);
        weights.matrix(name + "attn_k.weight", kWidth, kWidth / kHeads * kKvHeads, 2);
        weights.matrix(name + "attn_v.weight", kWidth, kWidth / kHeads * kKvHeads, 2);
        weights.matrix(name + "attn_output.weight", kWidth, kWidth, 2);
        weights.ones(name + "ffn_norm.weight", kWidth);
        weights.matrix(name + "ffn_gate.weight", kWidth, kFeedForward);
        weights.matrix(name + "ffn_up.weight", kWidth, kFeedForward);
        weights.matrix(name + "ffn_down.weight", kFeedForward, kWidth);
    }
    weights.ones("output_norm.weight", kWidth);
    weights.matrix("output.weight", kWidth, kVocabulary, 2);
    const bool written = gguf_write_to_file(file, path.c_str(), false);
    gguf_free(file);
    if (!written) throw std::runtime_error("cannot write " + path);
}

}  // namespace

TinyModelFile::TinyModelFile(const TinyModel& model) {
    std::string name = (std::filesystem::temp_directory_path() / "retort-tiny-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("cannot make a folder in the folder for temporary files");
    folder_ = name;
    path_ = folder_ + "/tiny.gguf";
    write_file(path_, model);
}

TinyModelFile::~TinyModelFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

}  // namespace retort::testing

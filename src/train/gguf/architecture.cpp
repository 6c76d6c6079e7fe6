#include "train/gguf/architecture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "model/llama/gguf_file.h"

namespace retort::train {
namespace {

constexpr std::string_view kPrefix = "llama.";
constexpr const char* kContext = "llama.context_length";
constexpr const char* kWidth = "llama.embedding_length";
constexpr const char* kLayers = "llama.block_count";
constexpr const char* kFeedForward = "llama.feed_forward_length";
constexpr const char* kHeads = "llama.attention.head_count";
constexpr const char* kKvHeads = "llama.attention.head_count_kv";
constexpr const char* kKeyWidth = "llama.attention.key_length";
constexpr const char* kValueWidth = "llama.attention.value_length";
constexpr const char* kEpsilon = "llama.attention.layer_norm_rms_epsilon";
constexpr const char* kRopeBase = "llama.rope.freq_base";
constexpr const char* kRopeWidth = "llama.rope.dimension_count";
constexpr const char* kVocabulary = "llama.vocab_size";
constexpr const char* kTokens = "tokenizer.ggml.tokens";

constexpr std::array<std::string_view, 12> kShapeKeys{kContext, kWidth,    kLayers,    kFeedForward,
                                                      kHeads,   kKvHeads,  kKeyWidth,  kValueWidth,
                                                      kEpsilon, kRopeBase, kRopeWidth, kVocabulary};

// Keys that change nothing with these values, and notes that llama.cpp does not read.
struct Harmless {
    std::string_view key;
    std::string_view value;  // empty: any
};
constexpr std::array<Harmless, 7> kHarmless{{{"llama.rope.scaling.type", "none"},
                                             {"llama.rope.scaling.factor", "1"},
                                             {"llama.rope.scale_linear", "1"},
                                             {"llama.rope.scaling.finetuned", ""},
                                             {"llama.tensor_data_layout", ""},
                                             {"llama.expert_count", "0"},
                                             {"llama.expert_used_count", "0"}}};

Error file_error(const std::string& path, const std::string& what) {
    return {ErrorKind::file, fmt::format("{}: {}", path, what)};
}

// Reads numbers and keeps the first error.
class Numbers {
  public:
    Numbers(const gguf_context* file, const std::string& path) : file_(file), path_(path) {}

    // A number of 1 to 2^31 - 1.
    int whole(const char* key, std::optional<int> otherwise = std::nullopt) {
        return read<int>(key, otherwise, "a whole number above 0", [](int value) { return value > 0; });
    }

    float real(const char* key, std::optional<float> otherwise = std::nullopt) {
        return read<float>(key, otherwise, "a number above 0",
                           [](float value) { return std::isfinite(value) && value > 0; });
    }

    const std::optional<Error>& error() const { return error_; }

  private:
    template <class T, class Valid>
    T read(const char* key, std::optional<T> otherwise, const char* expected, const Valid& valid) {
        const std::int64_t id = gguf_find_key(file_, key);
        if (id < 0 && otherwise) return *otherwise;
        const std::string text = llama::metadata_text(file_, id);
        T value{};
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failed == std::errc() && end == text.data() + text.size() && valid(value)) return value;
        if (!error_)
            error_ =
                file_error(path_, fmt::format("expected {} as {}, found {}", expected, key, id < 0 ? "none" : text));
        return otherwise.value_or(T{1});
    }

    const gguf_context* file_;
    const std::string& path_;
    std::optional<Error> error_;
};

std::optional<Error> refused_key(const gguf_context* file, const std::string& path) {
    for (std::int64_t i = 0; i < gguf_get_n_kv(file); ++i) {
        const std::string_view key = gguf_get_key(file, i);
        if (!key.starts_with(kPrefix) || std::find(kShapeKeys.begin(), kShapeKeys.end(), key) != kShapeKeys.end())
            continue;
        const std::string value = llama::metadata_text(file, i);
        const bool harmless = std::any_of(kHarmless.begin(), kHarmless.end(), [&](const Harmless& known) {
            return known.key == key && (known.value.empty() || known.value == value);
        });
        if (!harmless)
            return file_error(path, fmt::format("{} = {} is not supported: only plain Llama models can be trained, "
                                                "without RoPE scaling and experts",
                                                key, value));
    }
    return std::nullopt;
}

std::optional<Error> contradiction(const NetShape& shape, const Numbers& numbers, int value_width, int rope_width,
                                   const std::string& path) {
    if (numbers.error()) return numbers.error();
    if (shape.head_width < 1)
        return file_error(path, fmt::format("{} heads are too many for {} floats", shape.heads, shape.width));
    if (shape.heads % shape.kv_heads != 0)
        return file_error(
            path, fmt::format("{} heads of queries do not share {} heads of keys evenly", shape.heads, shape.kv_heads));
    if (value_width != shape.head_width)
        return file_error(path, fmt::format("keys of {} floats and values of {} are not supported: they must be alike",
                                            shape.head_width, value_width));
    if (rope_width != shape.head_width || rope_width % 2 != 0)
        return file_error(path, fmt::format("rotary positions on {} of a head's {} floats are not supported: expected "
                                            "all of them, an even number",
                                            rope_width, shape.head_width));
    return std::nullopt;
}

// One tokenizer, and one file.
std::optional<Error> unsuitable(const gguf_context* file, const std::string& path) {
    const std::string architecture = llama::metadata_text(file, "general.architecture");
    if (architecture != "llama")
        return file_error(path, fmt::format("expected the architecture \"llama\", found \"{}\"", architecture));
    if (llama::metadata_number(file, "split.count", 1) > 1)
        return file_error(path, "this is one of several parts: merge them into one file first");
    const std::int64_t tokens = gguf_find_key(file, kTokens);
    if (tokens < 0 || gguf_get_kv_type(file, tokens) != GGUF_TYPE_ARRAY)
        return file_error(path, "expected a tokenizer, found none");
    return refused_key(file, path);
}

void set_whole(gguf_context* file, const char* key, int value) {
    gguf_set_val_u32(file, key, static_cast<std::uint32_t>(value));
}

}  // namespace

Outcome<NetShape> read_shape(const gguf_context* file, const std::string& path) {
    if (auto error = unsuitable(file, path)) return *error;
    Numbers numbers(file, path);
    NetShape shape;
    shape.vocabulary = static_cast<int>(gguf_get_arr_n(file, gguf_find_key(file, kTokens)));
    shape.width = numbers.whole(kWidth);
    shape.layers = numbers.whole(kLayers);
    shape.heads = numbers.whole(kHeads);
    shape.kv_heads = numbers.whole(kKvHeads, shape.heads);
    shape.head_width = numbers.whole(kKeyWidth, shape.width / shape.heads);
    shape.feed_forward = numbers.whole(kFeedForward);
    shape.context = numbers.whole(kContext);
    shape.rope_base = numbers.real(kRopeBase, 10000.0F);
    shape.norm_epsilon = numbers.real(kEpsilon);
    shape.tied = gguf_find_tensor(file, "output.weight") < 0;
    const int value_width = numbers.whole(kValueWidth, shape.head_width);
    const int rope_width = numbers.whole(kRopeWidth, shape.head_width);
    if (auto error = contradiction(shape, numbers, value_width, rope_width, path)) return *error;
    return shape;
}

void write_shape(gguf_context* file, const NetShape& shape) {
    gguf_set_val_str(file, "general.architecture", "llama");
    set_whole(file, kVocabulary, shape.vocabulary);
    set_whole(file, kContext, shape.context);
    set_whole(file, kWidth, shape.width);
    set_whole(file, kLayers, shape.layers);
    set_whole(file, kFeedForward, shape.feed_forward);
    set_whole(file, kHeads, shape.heads);
    set_whole(file, kKvHeads, shape.kv_heads);
    set_whole(file, kRopeWidth, shape.head_width);
    if (shape.heads * shape.head_width != shape.width) {
        set_whole(file, kKeyWidth, shape.head_width);
        set_whole(file, kValueWidth, shape.head_width);
    }
    gguf_set_val_f32(file, kEpsilon, shape.norm_epsilon);
    gguf_set_val_f32(file, kRopeBase, shape.rope_base);
}

bool is_shape_key(std::string_view key) {
    return key.starts_with(kPrefix);
}

}  // namespace retort::train

#include <fmt/format.h>
#include <llama.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "operator/prompts_json.h"
#include "train/gguf/architecture.h"
#include "train/gguf/metadata.h"
#include "train/gguf/whole_file.h"

namespace retort::train {
namespace {

constexpr float kMostF16 = 65504;

Error refused(const std::string& path, const std::string& what) {
    return {ErrorKind::file, fmt::format("{} was not written: {}", path, what)};
}

struct Kind {
    const char* name;
    WeightType type;
    llama_ftype file_type;
};
constexpr std::array<Kind, 3> kKinds{{{"f32", WeightType::f32, LLAMA_FTYPE_ALL_F32},
                                      {"f16", WeightType::f16, LLAMA_FTYPE_MOSTLY_F16},
                                      {"q8_0", WeightType::q8_0, LLAMA_FTYPE_MOSTLY_Q8_0}}};

llama_ftype file_type(WeightType type) {
    return std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return kind.type == type; })->file_type;
}

ggml_type type_of(const NamedTensor& tensor, WeightType type) {
    if (tensor.shape.size() < 2 || type == WeightType::f32) return GGML_TYPE_F32;
    const bool whole_blocks = tensor.shape.back() % ggml_blck_size(GGML_TYPE_Q8_0) == 0;
    return type == WeightType::q8_0 && whole_blocks ? GGML_TYPE_Q8_0 : GGML_TYPE_F16;
}

// Values that would be read as others: not finite, or beyond what the type holds.
bool fits(const NamedTensor& tensor, ggml_type type) {
    const bool half = type != GGML_TYPE_F32;
    return std::all_of(tensor.values.begin(), tensor.values.end(),
                       [&](float value) { return std::isfinite(value) && (!half || std::fabs(value) <= kMostF16); });
}

std::optional<Error> check_model(const ModelFile& model, WeightType type, const std::string& path) {
    if (model.metadata == nullptr) return refused(path, "expected a tokenizer, found none");
    if (model.shape.vocabulary != model.metadata->vocabulary().size())
        return refused(path, fmt::format("its tokenizer has {} tokens, its shape {}",
                                         model.metadata->vocabulary().size(), model.shape.vocabulary));
    const std::vector<NamedTensor> expected = tensors_of(model.shape);
    if (expected.size() != model.tensors.size())
        return refused(path, fmt::format("expected {} tensors, found {}", expected.size(), model.tensors.size()));
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const NamedTensor& tensor = model.tensors[i];
        std::int64_t count = 1;
        for (const std::int64_t size : tensor.shape) count *= size;
        if (tensor.name != expected[i].name || tensor.shape != expected[i].shape ||
            count != static_cast<std::int64_t>(tensor.values.size()))
            return refused(path, fmt::format("{} is not the {} of its shape", tensor.name, expected[i].name));
        if (!fits(tensor, type_of(tensor, type)))
            return refused(path, fmt::format("{} has values that are not finite or beyond its type", tensor.name));
    }
    return std::nullopt;
}

llama::GgufHandle header(const ModelFile& model, WeightType type, const RunMetadata& run) {
    llama::GgufHandle out(new_header(model.shape, *model.metadata));
    gguf_context* file = out.get();
    gguf_set_val_u32(file, "general.file_type", static_cast<std::uint32_t>(file_type(type)));
    gguf_set_val_u32(file, "general.quantization_version", GGML_QNT_VERSION);
    if (!run.name.empty()) gguf_set_val_str(file, "general.name", run.name.c_str());
    if (run.prompts) gguf_set_val_str(file, kPromptsKey, prompt_set_json(*run.prompts).c_str());
    for (const auto& [key, value] : run.about) gguf_set_val_str(file, key.c_str(), value.c_str());
    return out;
}

struct FreeContext {
    void operator()(ggml_context* context) const { ggml_free(context); }
};

void add_tensors(gguf_context* file, const ModelFile& model, WeightType type) {
    const ggml_init_params parameters{ggml_tensor_overhead() * model.tensors.size(), nullptr, true};
    const std::unique_ptr<ggml_context, FreeContext> context(ggml_init(parameters));
    for (const NamedTensor& tensor : model.tensors) {
        const std::vector<std::int64_t> ne(tensor.shape.rbegin(), tensor.shape.rend());
        ggml_tensor* made =
            ggml_new_tensor(context.get(), type_of(tensor, type), static_cast<int>(ne.size()), ne.data());
        ggml_set_name(made, tensor.name.c_str());
        gguf_add_tensor(file, made);
    }
}

std::vector<std::byte> encoded(const NamedTensor& tensor, ggml_type type) {
    const std::int64_t row = tensor.shape.back();
    const std::int64_t rows = static_cast<std::int64_t>(tensor.values.size()) / row;
    std::vector<std::byte> out(ggml_row_size(type, row) * static_cast<std::size_t>(rows));
    ggml_quantize_chunk(type, tensor.values.data(), out.data(), 0, rows, row, nullptr);
    return out;
}

Outcome<void> write_tensor(WholeFile& out, const NamedTensor& tensor, ggml_type type) {
    if (type == GGML_TYPE_F32) return out.write(std::as_bytes(std::span(tensor.values)));
    return out.write(encoded(tensor, type));
}

Outcome<void> write_header(WholeFile& out, const gguf_context* file) {
    std::vector<std::byte> bytes(gguf_get_meta_size(file));
    gguf_get_meta_data(file, bytes.data());
    return out.write(bytes);
}

}  // namespace

std::optional<WeightType> weight_type_from(const std::string& name) {
    for (const Kind& kind : kKinds)
        if (kind.name == name) return kind.type;
    return std::nullopt;
}

gguf_context* new_header(const NetShape& shape, const Metadata& metadata) {
    gguf_context* file = gguf_init_empty();
    write_shape(file, shape);
    gguf_set_kv(file, metadata.values());
    return file;
}

Outcome<void> write_model(const std::string& path, const ModelFile& model, WeightType type, const RunMetadata& run) {
    if (auto error = check_model(model, type, path)) return *error;
    const llama::GgufHandle file = header(model, type, run);
    add_tensors(file.get(), model, type);
    Outcome<WholeFile> out = WholeFile::create(path);
    if (!out) return out.error();
    if (Outcome<void> written = write_header(*out, file.get()); !written) return written;
    for (const NamedTensor& tensor : model.tensors) {
        if (Outcome<void> written = write_tensor(*out, tensor, type_of(tensor, type)); !written) return written;
        if (Outcome<void> padded = out->pad(gguf_get_alignment(file.get())); !padded) return padded;
    }
    return out->commit();
}

}  // namespace retort::train

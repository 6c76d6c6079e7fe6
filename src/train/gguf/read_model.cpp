#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <unordered_map>

#include "model/llama/gguf_file.h"
#include "train/gguf/architecture.h"
#include "train/gguf/metadata.h"

namespace retort::train {
namespace {

Error file_error(const std::string& path, const std::string& what) {
    return {ErrorKind::file, fmt::format("{}: {}", path, what)};
}

std::vector<std::int64_t> shape_in(const gguf_context* file, std::int64_t tensor) {
    const std::int64_t* ne = gguf_get_tensor_ne(file, tensor);
    int dimensions = GGML_MAX_DIMS;
    while (dimensions > 1 && ne[dimensions - 1] == 1) --dimensions;
    std::vector<std::int64_t> out(ne, ne + dimensions);
    std::reverse(out.begin(), out.end());
    return out;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

bool is_readable(ggml_type type) {
    return type == GGML_TYPE_F32 || ggml_get_type_traits(type)->to_float != nullptr;
}

// What a plain Llama of this shape does not have, or what it lacks.
std::optional<Error> check_tensors(const gguf_context* file, const std::vector<NamedTensor>& expected,
                                   const std::string& path) {
    std::unordered_map<std::string_view, const NamedTensor*> known;
    for (const NamedTensor& tensor : expected) known.emplace(tensor.name, &tensor);
    for (std::int64_t i = 0; i < gguf_get_n_tensors(file); ++i) {
        const std::string_view name = gguf_get_tensor_name(file, i);
        const auto found = known.find(name);
        if (found == known.end())
            return file_error(path, fmt::format("the tensor {} is not supported: only plain Llama models can be "
                                                "trained, without biases, RoPE factors and experts",
                                                name));
        if (const auto shape = shape_in(file, i); shape != found->second->shape)
            return file_error(path, fmt::format("expected {} of shape {}, found {}", name,
                                                shape_text(found->second->shape), shape_text(shape)));
        if (!is_readable(gguf_get_tensor_type(file, i)))
            return file_error(path, fmt::format("weights of type {} are not supported ({})",
                                                ggml_type_name(gguf_get_tensor_type(file, i)), name));
        known.erase(found);
    }
    if (known.empty()) return std::nullopt;
    return file_error(path, fmt::format("the tensor {} is missing", known.begin()->first));
}

Outcome<void> read_values(std::ifstream& in, const gguf_context* file, const std::string& path, NamedTensor& out) {
    const std::int64_t tensor = gguf_find_tensor(file, out.name.c_str());
    const ggml_type type = gguf_get_tensor_type(file, tensor);
    std::vector<char> bytes(gguf_get_tensor_size(file, tensor));
    in.seekg(static_cast<std::streamoff>(gguf_get_data_offset(file) + gguf_get_tensor_offset(file, tensor)));
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!in) return file_error(path, fmt::format("cannot read the tensor {}", out.name));
    std::int64_t count = 1;
    for (const std::int64_t size : out.shape) count *= size;
    out.values.resize(static_cast<std::size_t>(count));
    if (type == GGML_TYPE_F32)
        std::memcpy(out.values.data(), bytes.data(), bytes.size());
    else
        ggml_get_type_traits(type)->to_float(bytes.data(), out.values.data(), count);
    return {};
}

// The alignment is that of the tensors in that file, and the rest of what is left out is written anew.
bool is_kept(std::string_view key) {
    return !is_shape_key(key) && key != "general.alignment" && key != "general.file_type" &&
           key != "general.quantization_version" && !key.starts_with("split.");
}

llama::GgufHandle kept_values(const gguf_context* file) {
    llama::GgufHandle out(gguf_init_empty());
    gguf_set_kv(out.get(), file);
    for (std::int64_t i = 0; i < gguf_get_n_kv(file); ++i)
        if (!is_kept(gguf_get_key(file, i))) gguf_remove_key(out.get(), gguf_get_key(file, i));
    return out;
}

}  // namespace

Outcome<ModelFile> read_model(const std::string& path) {
    const Outcome<llama::GgufHandle> opened = llama::open_gguf(path);
    if (!opened) return opened.error();
    const gguf_context* file = opened->get();
    const Outcome<NetShape> shape = read_shape(file, path);
    if (!shape) return shape.error();
    if (shape->layers > gguf_get_n_tensors(file))
        return file_error(path, fmt::format("expected tensors of {} layers, found {} in all", shape->layers,
                                            gguf_get_n_tensors(file)));
    ModelFile out{*shape, nullptr, tensors_of(*shape)};
    if (auto error = check_tensors(file, out.tensors, path)) return *error;
    auto metadata = Metadata::make(kept_values(file), path);
    if (!metadata) return metadata.error();
    out.metadata = std::move(*metadata);
    std::ifstream in(path, std::ios::binary);
    for (NamedTensor& tensor : out.tensors)
        if (const Outcome<void> read = read_values(in, file, path, tensor); !read) return read.error();
    return out;
}

}  // namespace retort::train

#include "model/llama/gguf_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "model/llama/backend.h"

namespace retort::llama {
namespace {

Error file_error(std::string message) {
    return {ErrorKind::file, std::move(message)};
}

// What the first bytes say, for a file that is no GGUF.
std::string_view likely_kind(const std::array<char, 8>& head) {
    const std::string_view bytes(head.data(), head.size());
    if (bytes.starts_with("PK")) return "a zip archive or PyTorch checkpoint";
    if (bytes.starts_with("<") || bytes.starts_with("\n<")) return "HTML or XML";
    if (bytes.starts_with("version ")) return "a pointer of Git LFS, not the file itself";
    if (bytes.starts_with("ggjt") || bytes.starts_with("tjgg")) return "an old GGML file";
    if (bytes.substr(0, 4) == "FUGG") return "a big-endian GGUF";
    return "something else";
}

Outcome<void> check_magic(const std::string& path) {
    std::error_code failure;
    if (!std::filesystem::exists(path, failure)) return file_error(fmt::format("no such model file: {}", path));
    if (std::filesystem::is_directory(path, failure))
        return file_error(fmt::format("expected a GGUF file, found a folder: {}", path));
    std::ifstream in(path, std::ios::binary);
    std::array<char, 8> head{};
    in.read(head.data(), head.size());
    if (in.gcount() == 0 && !in.eof()) return file_error(fmt::format("cannot read {}: check its permissions", path));
    if (in.gcount() == 0) return file_error(fmt::format("expected a GGUF model, found an empty file: {}", path));
    if (std::memcmp(head.data(), "GGUF", 4) != 0)
        return file_error(fmt::format("expected a GGUF model, found {}: {}; convert the model to GGUF or fetch one",
                                      likely_kind(head), path));
    return {};
}

// Bytes that the header promises.
std::uint64_t promised_size(const gguf_context* file) {
    std::uint64_t end = gguf_get_data_offset(file);
    for (std::int64_t i = 0; i < gguf_get_n_tensors(file); ++i)
        end =
            std::max(end, gguf_get_data_offset(file) + gguf_get_tensor_offset(file, i) + gguf_get_tensor_size(file, i));
    return end;
}

template <class T>
T load(const void* data) {
    T value;
    std::memcpy(&value, data, sizeof value);
    return value;
}

std::string number_text(gguf_type type, const void* data) {
    switch (type) {
        case GGUF_TYPE_UINT8:
            return fmt::to_string(load<std::uint8_t>(data));
        case GGUF_TYPE_INT8:
            return fmt::to_string(static_cast<int>(load<std::int8_t>(data)));
        case GGUF_TYPE_UINT16:
            return fmt::to_string(load<std::uint16_t>(data));
        case GGUF_TYPE_INT16:
            return fmt::to_string(load<std::int16_t>(data));
        case GGUF_TYPE_UINT32:
            return fmt::to_string(load<std::uint32_t>(data));
        case GGUF_TYPE_INT32:
            return fmt::to_string(load<std::int32_t>(data));
        case GGUF_TYPE_UINT64:
            return fmt::to_string(load<std::uint64_t>(data));
        case GGUF_TYPE_INT64:
            return fmt::to_string(load<std::int64_t>(data));
        case GGUF_TYPE_FLOAT32:
            return fmt::to_string(load<float>(data));
        case GGUF_TYPE_FLOAT64:
            return fmt::to_string(load<double>(data));
        case GGUF_TYPE_BOOL:
            return load<std::int8_t>(data) != 0 ? "true" : "false";
        default:
            return {};
    }
}

}  // namespace

Outcome<GgufHandle> open_gguf(const std::string& path) {
    const Outcome<void> magic = check_magic(path);
    if (!magic) return magic.error();
    const LogCapture log;
    GgufHandle file(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr}));
    std::error_code failure;
    const std::uint64_t found = std::filesystem::file_size(path, failure);
    if (!file)
        return file_error(fmt::format("the GGUF header of {} ({} bytes) is cut off or damaged: fetch the file again{}",
                                      path, found, log.reason()));
    if (const std::uint64_t promised = promised_size(file.get()); found < promised)
        return file_error(
            fmt::format("{} is truncated: expected {} bytes, found {}: fetch the file again", path, promised, found));
    return file;
}

std::string metadata_text(const gguf_context* file, std::int64_t key) {
    if (key < 0) return {};
    const gguf_type type = gguf_get_kv_type(file, key);
    if (type == GGUF_TYPE_STRING) return valid_utf8(gguf_get_val_str(file, key));
    if (type == GGUF_TYPE_ARRAY) return fmt::format("[{} values]", gguf_get_arr_n(file, key));
    return number_text(type, gguf_get_val_data(file, key));
}

std::string metadata_text(const gguf_context* file, const std::string& key) {
    return metadata_text(file, gguf_find_key(file, key.c_str()));
}

std::int64_t metadata_number(const gguf_context* file, const std::string& key, std::int64_t otherwise) {
    const std::string text = metadata_text(file, key);
    std::int64_t value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace retort::llama

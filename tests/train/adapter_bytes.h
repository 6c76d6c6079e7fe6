// Safetensors and archives as a training server makes them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/net/shape.h"

namespace retort::train::test {

// A header of this text, and values behind it.
inline std::string safetensors(const std::string& header, const std::string& values) {
    std::string out;
    for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(std::uint64_t{header.size()} >> shift & 255);
    return out + header + values;
}

inline std::string bytes_of(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// F32, one tensor after another.
inline std::string safetensors(const std::vector<NamedTensor>& tensors) {
    nlohmann::json header{{"__metadata__", {{"format", "np"}}}};
    std::string values;
    for (const NamedTensor& tensor : tensors) {
        const std::size_t begin = values.size();
        values += bytes_of(tensor.values);
        header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, values.size()}}};
    }
    return safetensors(header.dump(), values);
}

}  // namespace retort::train::test

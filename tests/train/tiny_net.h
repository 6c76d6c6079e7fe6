// A model small enough for finite differences.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "train/net/net.h"

namespace retort::train::testing {

// All that a net may be computed with here.
inline std::vector<const char*> devices() {
    std::vector<const char*> out{"cpu"};
    if (net_libraries().find("LibTorch") != std::string::npos) out.push_back("torch");
    return out;
}

inline NetShape tiny_shape(bool tied = false) {
    NetShape out;
    out.vocabulary = 19;
    out.width = 12;
    out.layers = 2;
    out.heads = 4;
    out.kv_heads = 2;
    out.head_width = 4;
    out.feed_forward = 20;
    out.context = 128;
    out.tied = tied;
    return out;
}

// Large enough that the model is far from uniform.
inline std::vector<NamedTensor> random_weights(const NetShape& shape, unsigned seed, float scale = 0.4F) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, scale);
    std::vector<NamedTensor> out = tensors_of(shape);
    for (NamedTensor& tensor : out) {
        std::size_t size = 1;
        for (const std::int64_t n : tensor.shape) size *= static_cast<std::size_t>(n);
        for (std::size_t i = 0; i < size; ++i)
            tensor.values.push_back(tensor.shape.size() == 1 ? 1 + normal(random) / 4 : normal(random));
    }
    return out;
}

inline std::vector<std::int32_t> random_tokens(std::size_t count, int vocabulary, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::int32_t> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(static_cast<std::int32_t>(random() % static_cast<unsigned>(vocabulary)));
    return out;
}

}  // namespace retort::train::testing

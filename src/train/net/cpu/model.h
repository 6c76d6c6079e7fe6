// The parts of a flat array of weights, or of gradients, of a Llama model. Not public.
#pragma once

#include <cstdint>
#include <vector>

#include "train/net/cpu/attention.h"
#include "train/net/cpu/rows.h"
#include "train/net/shape.h"

namespace retort::train::cpu {

// Where each part begins, in floats. Matrices that are applied to the same input stand side by side in the files'
// order, so that one product serves them.
struct LayerPlaces {
    std::int64_t attn_norm;    // {width}
    std::int64_t qkv;          // {queries + 2 keys, width}
    std::int64_t attn_output;  // {width, queries}
    std::int64_t ffn_norm;     // {width}
    std::int64_t gate_up;      // {2 feed_forward, width}
    std::int64_t ffn_down;     // {width, feed_forward}
};

// What of a model does not change with its weights.
struct Model {
    explicit Model(const NetShape& shape);

    NetShape shape;
    HeadLayout heads;
    Turns turns;
    float query_scale;
    std::vector<LayerPlaces> layers;
    std::int64_t output_norm;
    std::int64_t output;  // {vocabulary, width}; 0, that of the embedding, where the two are tied
    std::int64_t size;
    struct Matrix {
        std::int64_t begin;
        std::int64_t rows;
        std::int64_t width;
        std::int64_t size() const { return rows * width; }
    };
    std::vector<Matrix> matrices;
};

}  // namespace retort::train::cpu

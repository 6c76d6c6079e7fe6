// All weights of a net in one flat tensor, and views of it. Not public; C++17.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "train/net/shape.h"

namespace retort::train {

// Matrices that are applied to the same input stand side by side in the files' order, so that one product serves them.
struct LayerWeights {
    at::Tensor attn_norm;    // {width}
    at::Tensor qkv;          // {queries + 2 keys, width}
    at::Tensor attn_output;  // {width, queries}
    at::Tensor ffn_norm;     // {width}
    at::Tensor gate_up;      // {2 feed_forward, width}
    at::Tensor ffn_down;     // {width, feed_forward}
};

struct Weights {
    at::Tensor embedding;  // {vocabulary, width}
    std::vector<LayerWeights> layers;
    at::Tensor output_norm;  // {width}
    at::Tensor output;       // {vocabulary, width}; the embedding itself where the two are tied
};

class Parameters {
  public:
    Parameters(const NetShape& shape, const std::vector<float>& values, at::Device device);

    const Weights& weights() const { return weights_; }
    at::Tensor& values() { return values_; }
    at::Tensor& gradient() { return gradient_; }
    const at::Tensor& values() const { return values_; }
    const at::Tensor& gradient() const { return gradient_; }

    // Stretches of the flat tensor that hold matrices.
    struct Stretch {
        std::int64_t begin = 0;
        std::int64_t size = 0;
    };
    const std::vector<Stretch>& matrices() const { return matrices_; }

    void assign(const std::vector<float>& values);

  private:
    at::Tensor leaf(std::int64_t begin, at::IntArrayRef sizes);
    void make_views();

    NetShape shape_;
    at::Tensor values_;
    at::Tensor gradient_;
    Weights weights_;
    std::vector<Stretch> matrices_;
};

}  // namespace retort::train

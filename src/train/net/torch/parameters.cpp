#include "train/net/torch/parameters.h"

namespace retort::train {
Parameters::Parameters(const NetShape& shape, const std::vector<float>& values, at::Device device) : shape_(shape) {
    std::int64_t all = 0;
    for (const NamedTensor& tensor : tensors_of(shape)) {
        if (tensor.shape.size() == 2) matrices_.push_back({all, c10::multiply_integers(tensor.shape)});
        all += c10::multiply_integers(tensor.shape);
    }
    values_ = at::zeros({all}, at::TensorOptions().device(device));
    gradient_ = at::zeros_like(values_);
    assign(values);
    make_views();
}

// A leaf of autograd whose gradient is gathered in the flat gradient.
at::Tensor Parameters::leaf(std::int64_t begin, at::IntArrayRef sizes) {
    const std::int64_t size = c10::multiply_integers(sizes);
    at::Tensor out = values_.narrow(0, begin, size).view(sizes).detach();
    out.requires_grad_(true);
    out.mutable_grad() = gradient_.narrow(0, begin, size).view(sizes);
    return out;
}

void Parameters::make_views() {
    std::int64_t at = 0;
    const auto take = [&](at::IntArrayRef sizes) {
        at::Tensor out = leaf(at, sizes);
        at += out.numel();
        return out;
    };
    const std::int64_t width = shape_.width;
    const std::int64_t queries = std::int64_t{shape_.heads} * shape_.head_width;
    const std::int64_t keys = std::int64_t{shape_.kv_heads} * shape_.head_width;
    weights_.embedding = take({shape_.vocabulary, width});
    for (int i = 0; i < shape_.layers; ++i) {
        LayerWeights layer;
        layer.attn_norm = take({width});
        layer.qkv = take({queries + 2 * keys, width});
        layer.attn_output = take({width, queries});
        layer.ffn_norm = take({width});
        layer.gate_up = take({2 * std::int64_t{shape_.feed_forward}, width});
        layer.ffn_down = take({width, shape_.feed_forward});
        weights_.layers.push_back(std::move(layer));
    }
    weights_.output_norm = take({width});
    weights_.output = shape_.tied ? weights_.embedding : take({shape_.vocabulary, width});
}

void Parameters::assign(const std::vector<float>& values) {
    const at::NoGradGuard no_gradient;
    values_.copy_(at::from_blob(const_cast<float*>(values.data()), {values_.numel()}));
}

}  // namespace retort::train

#include "train/net/parameters.h"

#include <cstring>
#include <stdexcept>

namespace retort::train {
namespace {

std::int64_t size_of(const NamedTensor& tensor) {
    std::int64_t out = 1;
    for (const std::int64_t n : tensor.shape) out *= n;
    return out;
}

}  // namespace

Parameters::Parameters(const NetShape& shape, const std::vector<NamedTensor>& values, at::Device device)
    : shape_(shape) {
    std::int64_t all = 0;
    for (const NamedTensor& tensor : tensors_of(shape)) {
        if (tensor.shape.size() == 2) matrices_.push_back({all, size_of(tensor)});
        all += size_of(tensor);
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

void Parameters::assign(const std::vector<NamedTensor>& values) {
    const std::vector<NamedTensor> expected = tensors_of(shape_);
    if (values.size() != expected.size()) throw std::invalid_argument("weights: another number of tensors is expected");
    at::Tensor host = at::empty({values_.numel()});
    float* to = host.data_ptr<float>();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::int64_t size = size_of(expected[i]);
        if (values[i].name != expected[i].name || static_cast<std::int64_t>(values[i].values.size()) != size)
            throw std::invalid_argument("weights: " + expected[i].name + " is missing or has another size");
        std::memcpy(to, values[i].values.data(), static_cast<std::size_t>(size) * sizeof(float));
        to += size;
    }
    const at::NoGradGuard no_gradient;
    values_.copy_(host);
}

std::vector<NamedTensor> Parameters::named(const at::Tensor& flat) const {
    const at::Tensor host = flat.detach().to(at::kCPU).contiguous();
    const float* from = host.data_ptr<float>();
    std::vector<NamedTensor> out = tensors_of(shape_);
    for (NamedTensor& tensor : out) {
        const std::int64_t size = size_of(tensor);
        tensor.values.assign(from, from + size);
        from += size;
    }
    return out;
}

}  // namespace retort::train

// From tokens to what the output matrix reads. Not public; C++17.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "train/net/torch/operations.h"
#include "train/net/torch/parameters.h"

namespace retort::train {

AttentionShape attention_shape(const NetShape& shape);

// {tokens, width}, after the last norm. `kept`: one for each layer, or null.
at::Tensor hidden_states(const NetShape& shape, const Weights& weights, const at::Tensor& turns, const PackPlan& plan,
                         std::vector<KeysValues>* kept = nullptr);

// The half of a layer after its attention: output matrix, residual, feed-forward. Shared with the decoder.
at::Tensor after_attention(const LayerWeights& layer, const at::Tensor& x, const at::Tensor& attended, double epsilon);

}  // namespace retort::train

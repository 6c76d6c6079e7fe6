// The steps of a Llama layer whose gradients we write ourselves: fewer passes over memory than by composition. Each is
// tested against composed operations. Not public; C++17.
#pragma once

#include <torch/torch.h>

#include "train/net/torch/pack_plan.h"

namespace retort::train {

// x / sqrt(mean(x^2) + epsilon) * gain, over the last dimension. x: {rows, width}.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double epsilon);

// silu(gate) * up, where gate and up are the halves of each row. {rows, 2 inner} -> {rows, inner}.
at::Tensor swiglu(const at::Tensor& gate_up);

struct AttentionShape {
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_width = 0;
    std::int64_t per_kv() const { return heads / kv_heads; }
    std::int64_t all() const { return heads + 2 * kv_heads; }
};

// Turns of the pairs of a head by position: {positions, head_width / 2}, complex.
at::Tensor rotations(std::int64_t positions, std::int64_t head_width, double base, at::Device device);

// Turns the first `heads` heads of x in place. x: {..., positions, all heads, head_width}; turns: {positions, 1,
// head_width / 2}, or with any dimensions before that x has too.
void rotate(const at::Tensor& x, std::int64_t heads, const at::Tensor& turns);

// Keys and values as attention used them, for a decoder that goes on from there. {tokens, kv_heads, head_width} each.
struct KeysValues {
    at::Tensor keys;
    at::Tensor values;
};

// Causal attention within each sequence. qkv: {tokens, all heads * head_width}, before any turning; out: {tokens,
// heads * head_width}. The plan must outlive the backward pass. `kept` may be null.
at::Tensor attend(const at::Tensor& qkv, const AttentionShape& shape, const at::Tensor& turns, const PackPlan& plan,
                  KeysValues* kept);

// Log-probabilities of the targets under softmax(h W^T / temperature), the logits computed in fp32 and a chunk of rows
// at a time, forward and backward: they never stand in memory whole. h: {rows, width}, w: {vocabulary, width}.
struct Scores {
    at::Tensor logprobs;   // {rows}, with gradient
    at::Tensor entropies;  // {rows}, without
};
Scores score_targets(const at::Tensor& h, const at::Tensor& w, const at::Tensor& targets, double temperature);

// Rows of such a chunk.
std::int64_t chunk_rows(std::int64_t vocabulary);

}  // namespace retort::train

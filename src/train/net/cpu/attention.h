// Causal attention of one sequence, forward and backward, a block of queries at a time: the scores of one block are
// all that stands in memory. Not public.
#pragma once

#include <cstdint>
#include <vector>

#include "train/net/cpu/gemm.h"
#include "train/net/shape.h"

namespace retort::train::cpu {

// Rows of queries, keys and values side by side, as one product of weights gives them.
struct HeadLayout {
    explicit HeadLayout(const NetShape& shape);
    std::int64_t heads;
    std::int64_t kv_heads;
    std::int64_t width;  // of a head
    std::int64_t all() const { return heads + 2 * kv_heads; }
    std::int64_t row() const { return all() * width; }       // floats of a row of qkv
    std::int64_t attended() const { return heads * width; }  // floats of a row of the outcome
    std::int64_t key_of(std::int64_t head) const { return (heads + head / (heads / kv_heads)) * width; }
    std::int64_t value_of(std::int64_t head) const { return key_of(head) + kv_heads * width; }
};

// Work space of one thread.
struct AttentionScratch {
    std::vector<float> scores;
    std::vector<float> gradients;
};

// Floats of it that sequences of so many tokens take.
std::int64_t scratch_floats(std::int64_t length);

// qkv {length, row()}, turned and the queries scaled -> out {length, attended()}, log_totals {heads, length}.
void attend(const HeadLayout& layout, const float* qkv, std::int64_t length, float* out, float* log_totals,
            AttentionScratch& scratch);

// The gradient with respect to qkv replaces dqkv.
void attend_backward(const HeadLayout& layout, const float* qkv, const float* out, const float* log_totals,
                     const float* dout, std::int64_t length, float* dqkv, AttentionScratch& scratch);

}  // namespace retort::train::cpu

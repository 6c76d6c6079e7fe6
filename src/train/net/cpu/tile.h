// Some whole sequences that go through the model together on one thread, forward and backward: few enough tokens that
// what they leave behind stays in the cache. Not public.
#pragma once

#include <cstdint>
#include <vector>

#include "train/net/cpu/model.h"

namespace retort::train::cpu {

struct TileTokens {
    const std::int32_t* tokens = nullptr;   // of all sequences, one after another
    const std::int32_t* lengths = nullptr;  // of each sequence
    std::int64_t sequences = 0;
    std::int64_t rows = 0;  // tokens
};

// Grows, never shrinks: a tile's arrays serve the next.
class Floats {
  public:
    float* room(std::int64_t size) {
        if (static_cast<std::int64_t>(values_.size()) < size) values_.resize(static_cast<std::size_t>(size));
        return values_.data();
    }
    float* data() { return values_.data(); }

  private:
    std::vector<float> values_;
};

// What the forward pass of a layer leaves behind for the backward pass.
struct LayerTrace {
    Floats input;        // {rows, width}
    Floats input_scale;  // {rows}: 1 / rms
    Floats qkv;          // {rows, row()}, turned
    Floats attended;     // {rows, attended()}
    Floats log_totals;   // {heads, length} of one sequence after another
    Floats middle;       // {rows, width}: after attention
    Floats middle_scale;
    Floats gate_up;  // {rows, 2 feed_forward}
    Floats active;   // {rows, feed_forward}
};

class Tile {
  public:
    explicit Tile(const Model& model);

    // Floats that it holds after tiles of so many rows, of which the longest sequence has so many tokens.
    static std::int64_t floats(const Model& model, std::int64_t rows, std::int64_t longest);

    // The hidden states after the last norm: {rows, width}.
    const float* forward(const float* weights, const TileTokens& tokens);

    // Of the tile that was put forward last; for a decoder that goes on from there. {rows, row()}.
    const float* qkv(std::size_t layer) { return traces_[layer].qkv.data(); }

    // dhidden {rows, width} is the gradient with respect to what forward() gave; it is overwritten. Adds to gradient.
    void backward(const float* weights, const TileTokens& tokens, float* dhidden, float* gradient);

  private:
    void forward_attention(const float* weights, std::size_t layer, const TileTokens& tokens);
    void forward_feed_forward(const float* weights, std::size_t layer, std::int64_t rows, float* next);
    void backward_feed_forward(const float* weights, std::size_t layer, std::int64_t rows, float* dx, float* gradient);
    void backward_attention(const float* weights, std::size_t layer, const TileTokens& tokens, float* dx,
                            float* gradient);
    void turn_queries_and_keys(float* qkv, const TileTokens& tokens, bool back) const;

    const Model& model_;
    std::vector<LayerTrace> traces_;
    Floats last_;        // {rows, width}: before the last norm
    Floats last_scale_;  // {rows}
    Floats hidden_;
    Floats normed_;
    Floats dnormed_;
    Floats dinner_;
    Floats dx_;
    AttentionScratch scratch_;
};

}  // namespace retort::train::cpu

// Log-probabilities of the wanted tokens of a tile, and their gradient. Not public.
#pragma once

#include <vector>

#include "train/net/cpu/tile.h"
#include "train/net/net.h"

namespace retort::train::cpu {

class TargetScores {
  public:
    explicit TargetScores(const Model& model) : model_(model) {}

    // Floats that it holds after tiles of so many rows whose tokens are all wanted.
    static std::int64_t floats(const Model& model, std::int64_t rows);

    // wanted: for each token of the tile, as in Pack. hidden {rows, width}: of the whole tile. A sequence's first
    // token may not be wanted.
    TokenScores forward(const float* weights, const TileTokens& tokens, const std::uint8_t* wanted, const float* hidden,
                        double temperature);

    // Of -sum_t c_t log pi_t: the gradient with respect to the whole tile's hidden states; adds to `gradient`.
    float* backward(const float* weights, std::int64_t tile_rows, const std::vector<float>& coefficients,
                    float* gradient);

  private:
    std::int64_t chunk_rows() const { return chunk_rows(model_.shape.vocabulary); }
    static std::int64_t chunk_rows(std::int64_t vocabulary);
    void multiply_chunk(const float* weights, std::int64_t begin, std::int64_t rows);

    const Model& model_;
    float scale_ = 1;                       // 1 / temperature
    std::vector<std::int64_t> predicting_;  // the row whose output gives the wanted token's distribution
    std::vector<std::int32_t> targets_;
    std::vector<float> log_totals_;
    bool kept_ = false;  // all probabilities stand in chunk_
    Floats hidden_;      // {wanted, width}
    Floats chunk_;       // {rows of a chunk, vocabulary}
    Floats dwanted_;
    Floats dhidden_;
};

}  // namespace retort::train::cpu

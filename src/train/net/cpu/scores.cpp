#include "train/net/cpu/scores.h"

#include <algorithm>
#include <stdexcept>

namespace retort::train::cpu {

// Logits never stand in memory whole where the vocabulary is large.
std::int64_t TargetScores::chunk_rows(std::int64_t vocabulary) {
    constexpr std::int64_t kFloats = 1 << 20;
    return std::max<std::int64_t>(16, kFloats / vocabulary);
}

std::int64_t TargetScores::floats(const Model& model, std::int64_t rows) {
    const std::int64_t vocabulary = model.shape.vocabulary;
    return 3 * rows * model.shape.width + std::min(rows, chunk_rows(vocabulary)) * vocabulary;
}

void TargetScores::multiply_chunk(const float* weights, std::int64_t begin, std::int64_t rows) {
    const std::int64_t width = model_.shape.width;
    const std::int64_t vocabulary = model_.shape.vocabulary;
    multiply_by_transposed(rows, vocabulary, width, {hidden_.data() + begin * width, width},
                           {weights + model_.output, width}, {chunk_.room(rows * vocabulary), vocabulary});
}

TokenScores TargetScores::forward(const float* weights, const TileTokens& tokens, const std::uint8_t* wanted,
                                  const float* hidden, double temperature) {
    predicting_.clear();
    targets_.clear();
    std::int64_t row = 0;
    for (std::int64_t i = 0; i < tokens.sequences; ++i)
        for (std::int64_t j = 0; j < tokens.lengths[i]; ++j, ++row) {
            if (wanted[row] == 0) continue;
            if (j == 0) throw std::invalid_argument("a sequence's first token has no log-probability");
            predicting_.push_back(row - 1);
            targets_.push_back(tokens.tokens[row]);
        }
    const std::int64_t width = model_.shape.width;
    const std::int64_t vocabulary = model_.shape.vocabulary;
    const auto count = static_cast<std::int64_t>(targets_.size());
    float* rows = hidden_.room(count * width);
    for (const std::int64_t from : predicting_) rows = std::copy_n(hidden + from * width, width, rows);
    scale_ = static_cast<float>(1 / temperature);
    log_totals_.clear();
    kept_ = count <= chunk_rows();
    TokenScores out;
    for (std::int64_t begin = 0; begin < count; begin += chunk_rows()) {
        const std::int64_t here = std::min(chunk_rows(), count - begin);
        multiply_chunk(weights, begin, here);
        for (std::int64_t i = 0; i < here; ++i) {
            const RowScore score = score_row(chunk_.data() + i * vocabulary, vocabulary, scale_,
                                             targets_[static_cast<std::size_t>(begin + i)]);
            out.logprobs.push_back(score.logprob);
            out.entropies.push_back(score.entropy);
            log_totals_.push_back(score.log_total);
        }
    }
    return out;
}

float* TargetScores::backward(const float* weights, std::int64_t tile_rows, const std::vector<float>& coefficients,
                              float* gradient) {
    const std::int64_t width = model_.shape.width;
    const std::int64_t vocabulary = model_.shape.vocabulary;
    const auto count = static_cast<std::int64_t>(targets_.size());
    float* dwanted = dwanted_.room(count * width);
    for (std::int64_t begin = 0; begin < count; begin += chunk_rows()) {
        const std::int64_t here = std::min(chunk_rows(), count - begin);
        if (!kept_) multiply_chunk(weights, begin, here);
        for (std::int64_t i = 0; i < here; ++i) {
            const auto at = static_cast<std::size_t>(begin + i);
            float* row = chunk_.data() + i * vocabulary;
            if (!kept_) probabilities(row, vocabulary, scale_, log_totals_[at]);
            const float weight = coefficients[at] * scale_;
            scale_row(row, vocabulary, weight);
            row[targets_[at]] -= weight;
        }
        const Rows dlogits{chunk_.data(), vocabulary};
        multiply(here, width, vocabulary, dlogits, {weights + model_.output, width}, {dwanted + begin * width, width});
        multiply_transposed(vocabulary, width, here, dlogits, {hidden_.data() + begin * width, width},
                            {gradient + model_.output, width}, Into::added);
    }
    float* dhidden = dhidden_.room(tile_rows * width);
    std::fill_n(dhidden, tile_rows * width, 0.0F);
    for (const std::int64_t row : predicting_) {
        std::copy_n(dwanted, width, dhidden + row * width);
        dwanted += width;
    }
    return dhidden;
}

}  // namespace retort::train::cpu

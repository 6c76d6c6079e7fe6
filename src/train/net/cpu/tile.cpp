#include "train/net/cpu/tile.h"

#include <algorithm>

namespace retort::train::cpu {

Tile::Tile(const Model& model) : model_(model), traces_(model.layers.size()) {}

std::int64_t Tile::floats(const Model& model, std::int64_t rows, std::int64_t longest) {
    const std::int64_t width = model.shape.width;
    const std::int64_t inner = model.shape.feed_forward;
    const HeadLayout& heads = model.heads;
    const std::int64_t layer = 2 * (width + 1) + heads.row() + heads.attended() + heads.heads + 3 * inner;
    const std::int64_t once = 4 * width + 1 + std::max(width, heads.attended()) + std::max(inner, heads.row());
    return rows * (static_cast<std::int64_t>(model.layers.size()) * layer + once) + scratch_floats(longest);
}

void Tile::turn_queries_and_keys(float* qkv, const TileTokens& tokens, bool back) const {
    const HeadLayout& heads = model_.heads;
    const auto move = back ? turn_back : turn;
    for (std::int64_t i = 0; i < tokens.sequences; ++i)
        for (std::int64_t position = 0; position < tokens.lengths[i]; ++position, qkv += heads.row()) {
            move(qkv, 0, heads.heads, model_.turns, position, model_.query_scale);
            move(qkv, heads.heads, heads.heads + heads.kv_heads, model_.turns, position, 1);
        }
}

const float* Tile::forward(const float* weights, const TileTokens& tokens) {
    const std::int64_t width = model_.shape.width;
    const std::int64_t rows = tokens.rows;
    float* x = traces_.front().input.room(rows * width);
    for (std::int64_t row = 0; row < rows; ++row)
        std::copy_n(weights + std::int64_t{tokens.tokens[row]} * width, width, x + row * width);
    for (std::size_t layer = 0; layer < traces_.size(); ++layer) {
        forward_attention(weights, layer, tokens);
        Floats& next = layer + 1 < traces_.size() ? traces_[layer + 1].input : last_;
        forward_feed_forward(weights, layer, rows, next.room(rows * width));
    }
    float* hidden = hidden_.room(rows * width);
    rms_norm(last_.data(), weights + model_.output_norm, rows, width, model_.shape.norm_epsilon, hidden,
             last_scale_.room(rows));
    return hidden;
}

void Tile::forward_attention(const float* weights, std::size_t layer, const TileTokens& tokens) {
    const LayerPlaces& places = model_.layers[layer];
    const HeadLayout& heads = model_.heads;
    const std::int64_t width = model_.shape.width;
    const std::int64_t rows = tokens.rows;
    LayerTrace& trace = traces_[layer];
    float* normed = normed_.room(rows * width);
    rms_norm(trace.input.data(), weights + places.attn_norm, rows, width, model_.shape.norm_epsilon, normed,
             trace.input_scale.room(rows));
    float* qkv = trace.qkv.room(rows * heads.row());
    multiply_by_transposed(rows, heads.row(), width, {normed, width}, {weights + places.qkv, width},
                           {qkv, heads.row()});
    turn_queries_and_keys(qkv, tokens, false);
    float* attended = trace.attended.room(rows * heads.attended());
    float* log_totals = trace.log_totals.room(rows * heads.heads);
    std::int64_t begin = 0;
    for (std::int64_t i = 0; i < tokens.sequences; ++i) {
        attend(heads, qkv + begin * heads.row(), tokens.lengths[i], attended + begin * heads.attended(),
               log_totals + begin * heads.heads, scratch_);
        begin += tokens.lengths[i];
    }
    float* middle = trace.middle.room(rows * width);
    std::copy_n(trace.input.data(), rows * width, middle);
    multiply_by_transposed(rows, width, heads.attended(), {attended, heads.attended()},
                           {weights + places.attn_output, heads.attended()}, {middle, width}, Into::added);
}

void Tile::forward_feed_forward(const float* weights, std::size_t layer, std::int64_t rows, float* next) {
    const LayerPlaces& places = model_.layers[layer];
    const std::int64_t width = model_.shape.width;
    const std::int64_t inner = model_.shape.feed_forward;
    LayerTrace& trace = traces_[layer];
    float* normed = normed_.room(rows * width);
    rms_norm(trace.middle.data(), weights + places.ffn_norm, rows, width, model_.shape.norm_epsilon, normed,
             trace.middle_scale.room(rows));
    float* gate_up = trace.gate_up.room(rows * 2 * inner);
    multiply_by_transposed(rows, 2 * inner, width, {normed, width}, {weights + places.gate_up, width},
                           {gate_up, 2 * inner});
    float* active = trace.active.room(rows * inner);
    swiglu(gate_up, rows, inner, active);
    std::copy_n(trace.middle.data(), rows * width, next);
    multiply_by_transposed(rows, width, inner, {active, inner}, {weights + places.ffn_down, inner}, {next, width},
                           Into::added);
}

void Tile::backward(const float* weights, const TileTokens& tokens, float* dhidden, float* gradient) {
    const std::int64_t width = model_.shape.width;
    const std::int64_t rows = tokens.rows;
    float* dx = dx_.room(rows * width);
    std::fill_n(dx, rows * width, 0.0F);
    rms_norm_backward(last_.data(), weights + model_.output_norm, last_scale_.data(), dhidden, rows, width, dx,
                      gradient + model_.output_norm);
    for (std::size_t layer = traces_.size(); layer-- > 0;) {
        backward_feed_forward(weights, layer, rows, dx, gradient);
        backward_attention(weights, layer, tokens, dx, gradient);
    }
    for (std::int64_t row = 0; row < rows; ++row, dx += width) {
        float* to = gradient + std::int64_t{tokens.tokens[row]} * width;
        for (std::int64_t i = 0; i < width; ++i) to[i] += dx[i];
    }
}

void Tile::backward_feed_forward(const float* weights, std::size_t layer, std::int64_t rows, float* dx,
                                 float* gradient) {
    const LayerPlaces& places = model_.layers[layer];
    const std::int64_t width = model_.shape.width;
    const std::int64_t inner = model_.shape.feed_forward;
    LayerTrace& trace = traces_[layer];
    float* dactive = dinner_.room(rows * inner);
    multiply(rows, inner, width, {dx, width}, {weights + places.ffn_down, inner}, {dactive, inner});
    multiply_transposed(width, inner, rows, {dx, width}, {trace.active.data(), inner},
                        {gradient + places.ffn_down, inner}, Into::added);
    float* dgate_up = trace.gate_up.data();
    swiglu_backward(dgate_up, dactive, rows, inner);
    float* normed = normed_.room(rows * width);
    rms_norm(trace.middle.data(), weights + places.ffn_norm, rows, width, model_.shape.norm_epsilon, normed,
             trace.middle_scale.data());
    multiply_transposed(2 * inner, width, rows, {dgate_up, 2 * inner}, {normed, width},
                        {gradient + places.gate_up, width}, Into::added);
    float* dnormed = dnormed_.room(rows * width);
    multiply(rows, width, 2 * inner, {dgate_up, 2 * inner}, {weights + places.gate_up, width}, {dnormed, width});
    rms_norm_backward(trace.middle.data(), weights + places.ffn_norm, trace.middle_scale.data(), dnormed, rows, width,
                      dx, gradient + places.ffn_norm);
}

void Tile::backward_attention(const float* weights, std::size_t layer, const TileTokens& tokens, float* dx,
                              float* gradient) {
    const LayerPlaces& places = model_.layers[layer];
    const HeadLayout& heads = model_.heads;
    const std::int64_t width = model_.shape.width;
    const std::int64_t rows = tokens.rows;
    LayerTrace& trace = traces_[layer];
    float* dattended = dnormed_.room(rows * std::max(width, heads.attended()));
    multiply(rows, heads.attended(), width, {dx, width}, {weights + places.attn_output, heads.attended()},
             {dattended, heads.attended()});
    multiply_transposed(width, heads.attended(), rows, {dx, width}, {trace.attended.data(), heads.attended()},
                        {gradient + places.attn_output, heads.attended()}, Into::added);
    float* dqkv = dinner_.room(rows * heads.row());
    std::int64_t begin = 0;
    for (std::int64_t i = 0; i < tokens.sequences; ++i) {
        attend_backward(heads, trace.qkv.data() + begin * heads.row(), trace.attended.data() + begin * heads.attended(),
                        trace.log_totals.data() + begin * heads.heads, dattended + begin * heads.attended(),
                        tokens.lengths[i], dqkv + begin * heads.row(), scratch_);
        begin += tokens.lengths[i];
    }
    turn_queries_and_keys(dqkv, tokens, true);
    float* normed = normed_.room(rows * width);
    rms_norm(trace.input.data(), weights + places.attn_norm, rows, width, model_.shape.norm_epsilon, normed,
             trace.input_scale.data());
    multiply_transposed(heads.row(), width, rows, {dqkv, heads.row()}, {normed, width}, {gradient + places.qkv, width},
                        Into::added);
    float* dnormed = dnormed_.room(rows * width);
    multiply(rows, width, heads.row(), {dqkv, heads.row()}, {weights + places.qkv, width}, {dnormed, width});
    rms_norm_backward(trace.input.data(), weights + places.attn_norm, trace.input_scale.data(), dnormed, rows, width,
                      dx, gradient + places.attn_norm);
}

}  // namespace retort::train::cpu

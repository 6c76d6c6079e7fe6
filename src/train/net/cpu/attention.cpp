#include "train/net/cpu/attention.h"

#include <algorithm>

#include "train/net/cpu/lanes.h"
#include "train/net/cpu/rows.h"

namespace retort::train::cpu {
namespace {

constexpr std::int64_t kBlock = 64;  // queries

// dS = P (dP - P . dP) for one block, where P = exp(S - log total) below the diagonal and 0 above it.
RETORT_CPU_KINDS void weigh_block(float* scores, float* gradients, std::int64_t stride, std::int64_t first,
                                  std::int64_t rows, const float* log_totals, const float* dots) {
    for (std::int64_t row = 0; row < rows; ++row, scores += stride, gradients += stride) {
        const std::int64_t count = first + row + 1;
        for (std::int64_t i = 0; i < count; ++i) {
            scores[i] = exp_of(scores[i] - log_totals[row]);
            gradients[i] = scores[i] * (gradients[i] - dots[row]);
        }
        std::fill(scores + count, scores + first + rows, 0.0F);
        std::fill(gradients + count, gradients + first + rows, 0.0F);
    }
}

void make_room(std::vector<float>& scores, std::int64_t length) {
    const auto size = static_cast<std::size_t>(kBlock * length);
    if (scores.size() < size) scores.resize(size);
}

}  // namespace

std::int64_t scratch_floats(std::int64_t length) {
    return 2 * kBlock * length;
}

HeadLayout::HeadLayout(const NetShape& shape) : heads(shape.heads), kv_heads(shape.kv_heads), width(shape.head_width) {}

void attend(const HeadLayout& layout, const float* qkv, std::int64_t length, float* out, float* log_totals,
            AttentionScratch& scratch) {
    make_room(scratch.scores, length);
    float* scores = scratch.scores.data();
    for (std::int64_t head = 0; head < layout.heads; ++head, log_totals += length) {
        const Rows keys{qkv + layout.key_of(head), layout.row()};
        const Rows values{qkv + layout.value_of(head), layout.row()};
        for (std::int64_t first = 0; first < length; first += kBlock) {
            const std::int64_t rows = std::min(kBlock, length - first);
            const std::int64_t seen = first + rows;
            const Rows queries{qkv + first * layout.row() + head * layout.width, layout.row()};
            multiply_by_transposed(rows, seen, layout.width, queries, keys, {scores, length});
            for (std::int64_t row = 0; row < rows; ++row)
                log_totals[first + row] = softmax(scores + row * length, first + row + 1, seen);
            multiply(rows, layout.width, seen, {scores, length}, values,
                     {out + first * layout.attended() + head * layout.width, layout.attended()});
        }
    }
}

void attend_backward(const HeadLayout& layout, const float* qkv, const float* out, const float* log_totals,
                     const float* dout, std::int64_t length, float* dqkv, AttentionScratch& scratch) {
    make_room(scratch.scores, length);
    make_room(scratch.gradients, length);
    float* scores = scratch.scores.data();
    float* gradients = scratch.gradients.data();
    std::fill_n(dqkv, length * layout.row(), 0.0F);
    for (std::int64_t head = 0; head < layout.heads; ++head, log_totals += length) {
        const Rows keys{qkv + layout.key_of(head), layout.row()};
        const Rows values{qkv + layout.value_of(head), layout.row()};
        const RowsOut dkeys{dqkv + layout.key_of(head), layout.row()};
        const RowsOut dvalues{dqkv + layout.value_of(head), layout.row()};
        for (std::int64_t first = 0; first < length; first += kBlock) {
            const std::int64_t rows = std::min(kBlock, length - first);
            const std::int64_t seen = first + rows;
            const std::int64_t begin = first * layout.row() + head * layout.width;
            const std::int64_t begin_out = first * layout.attended() + head * layout.width;
            const Rows queries{qkv + begin, layout.row()};
            const Rows douts{dout + begin_out, layout.attended()};
            multiply_by_transposed(rows, seen, layout.width, queries, keys, {scores, length});
            multiply_by_transposed(rows, seen, layout.width, douts, values, {gradients, length});
            float dots[kBlock];
            for (std::int64_t row = 0; row < rows; ++row)
                dots[row] = dot(douts.values + row * douts.stride, out + begin_out + row * douts.stride, layout.width);
            weigh_block(scores, gradients, length, first, rows, log_totals + first, dots);
            multiply_transposed(seen, layout.width, rows, {scores, length}, douts, dvalues, Into::added);
            multiply(rows, layout.width, seen, {gradients, length}, keys, {dqkv + begin, layout.row()});
            multiply_transposed(seen, layout.width, rows, {gradients, length}, queries, dkeys, Into::added);
        }
    }
}

}  // namespace retort::train::cpu

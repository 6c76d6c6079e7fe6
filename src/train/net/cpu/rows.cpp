#include "train/net/cpu/rows.h"

#include <cmath>

#include "train/net/cpu/lanes.h"

namespace retort::train::cpu {
namespace {

[[gnu::always_inline]] inline float dot_of(const float* a, const float* b, std::int64_t count) {
    Lanes lanes[2] = {};
    std::int64_t i = 0;
    for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
        lanes[0] += lanes_at(a + i) * lanes_at(b + i);
        lanes[1] += lanes_at(a + i + kLanes) * lanes_at(b + i + kLanes);
    }
    float rest = 0;
    for (; i < count; ++i) rest += a[i] * b[i];
    return sum(lanes[0] + lanes[1]) + rest;
}

[[gnu::always_inline]] inline float sum_of(const float* x, std::int64_t count) {
    Lanes lanes = {};
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) lanes += lanes_at(x + i);
    float rest = 0;
    for (; i < count; ++i) rest += x[i];
    return sum(lanes) + rest;
}

[[gnu::always_inline]] inline float largest(const float* x, std::int64_t count) {
    float lanes[kLanes];
    std::fill_n(lanes, kLanes, x[0]);
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        for (std::int64_t j = 0; j < kLanes; ++j) lanes[j] = std::max(lanes[j], x[i + j]);
    float out = *std::max_element(lanes, lanes + kLanes);
    for (; i < count; ++i) out = std::max(out, x[i]);
    return out;
}

// x = exp(x - highest); the sum, of stretches in double.
[[gnu::always_inline]] inline double exponentials(float* x, std::int64_t count, float highest) {
    constexpr std::int64_t kStretch = 1024;
    double out = 0;
    for (std::int64_t begin = 0; begin < count; begin += kStretch) {
        const std::int64_t end = std::min(count, begin + kStretch);
        for (std::int64_t i = begin; i < end; ++i) x[i] = exp_of(x[i] - highest);
        out += static_cast<double>(sum_of(x + begin, end - begin));
    }
    return out;
}

[[gnu::always_inline]] inline float silu_share(float gate) {
    return 1 / (1 + exp_of(-gate));
}

}  // namespace

RETORT_CPU_KINDS float dot(const float* a, const float* b, std::int64_t count) {
    return dot_of(a, b, count);
}

RETORT_CPU_KINDS void rms_norm(const float* x, const float* gain, std::int64_t rows, std::int64_t width, float epsilon,
                               float* y, float* scale) {
    for (std::int64_t row = 0; row < rows; ++row, x += width, y += width) {
        const float mean = dot_of(x, x, width) / static_cast<float>(width);
        const float s = 1 / std::sqrt(mean + epsilon);
        scale[row] = s;
        for (std::int64_t i = 0; i < width; ++i) y[i] = x[i] * s * gain[i];
    }
}

RETORT_CPU_KINDS void rms_norm_backward(const float* x, const float* gain, const float* scale, const float* dy,
                                        std::int64_t rows, std::int64_t width, float* dx, float* dgain) {
    for (std::int64_t row = 0; row < rows; ++row, x += width, dy += width, dx += width) {
        const float s = scale[row];
        // x * scale first: x alone may be so large that its products are no numbers.
        Lanes lanes = {};
        std::int64_t i = 0;
        for (; i + kLanes <= width; i += kLanes) lanes += lanes_at(dy + i) * lanes_at(gain + i) * (lanes_at(x + i) * s);
        float along = sum(lanes);
        for (; i < width; ++i) along += dy[i] * gain[i] * (x[i] * s);
        along /= static_cast<float>(width);
        for (i = 0; i < width; ++i) {
            const float unit = x[i] * s;
            dx[i] += (dy[i] * gain[i] - unit * along) * s;
            dgain[i] += dy[i] * unit;
        }
    }
}

RETORT_CPU_KINDS void swiglu(const float* gate_up, std::int64_t rows, std::int64_t inner, float* out) {
    for (std::int64_t row = 0; row < rows; ++row, gate_up += 2 * inner, out += inner)
        for (std::int64_t i = 0; i < inner; ++i) out[i] = gate_up[i] * silu_share(gate_up[i]) * gate_up[inner + i];
}

RETORT_CPU_KINDS void swiglu_backward(float* gate_up, const float* dout, std::int64_t rows, std::int64_t inner) {
    for (std::int64_t row = 0; row < rows; ++row, gate_up += 2 * inner, dout += inner)
        for (std::int64_t i = 0; i < inner; ++i) {
            const float gate = gate_up[i];
            const float share = silu_share(gate);
            const float silu = gate * share;
            const float up = gate_up[inner + i];
            gate_up[i] = dout[i] * up * (share + silu * (1 - share));
            gate_up[inner + i] = dout[i] * silu;
        }
}

Turns::Turns(std::int64_t positions, std::int64_t width, double base) : head_width(width) {
    for (std::int64_t position = 0; position < positions; ++position)
        for (std::int64_t i = 0; i < width; ++i) {
            const std::int64_t pair = i / 2;
            const double speed = std::pow(base, -2.0 * static_cast<double>(pair) / static_cast<double>(width));
            const double angle = static_cast<double>(position) * speed;
            cosines.push_back(static_cast<float>(std::cos(angle)));
            sines.push_back(static_cast<float>(i % 2 == 0 ? -std::sin(angle) : std::sin(angle)));
        }
}

namespace {

[[gnu::always_inline]] inline void turn_heads(float* row, std::int64_t begin, std::int64_t end, const Turns& turns,
                                              std::int64_t position, float scale, float direction) {
    const std::int64_t width = turns.head_width;
    const float* cosines = turns.cosines.data() + position * width;
    const float* sines = turns.sines.data() + position * width;
    for (std::int64_t head = begin; head < end; ++head) {
        float* x = row + head * width;
        for (std::int64_t i = 0; i < width; i += 2) {
            const float a = x[i];
            const float b = x[i + 1];
            x[i] = (a * cosines[i] + direction * b * sines[i]) * scale;
            x[i + 1] = (b * cosines[i + 1] + direction * a * sines[i + 1]) * scale;
        }
    }
}

}  // namespace

RETORT_CPU_KINDS void turn(float* row, std::int64_t begin, std::int64_t end, const Turns& turns, std::int64_t position,
                           float scale) {
    turn_heads(row, begin, end, turns, position, scale, 1);
}

RETORT_CPU_KINDS void turn_back(float* row, std::int64_t begin, std::int64_t end, const Turns& turns,
                                std::int64_t position, float scale) {
    turn_heads(row, begin, end, turns, position, scale, -1);
}

RETORT_CPU_KINDS float softmax(float* x, std::int64_t count, std::int64_t padded) {
    const float highest = largest(x, count);
    const double total = exponentials(x, count, highest);
    const auto share = static_cast<float>(1 / total);
    for (std::int64_t i = 0; i < count; ++i) x[i] *= share;
    std::fill(x + count, x + padded, 0.0F);
    return highest + static_cast<float>(std::log(total));
}

RETORT_CPU_KINDS RowScore score_row(float* logits, std::int64_t count, float scale, std::int64_t target) {
    for (std::int64_t i = 0; i < count; ++i) logits[i] *= scale;
    const float highest = largest(logits, count);
    const float of_target = logits[target];
    // sum e^(l - highest) (l - highest) gives the entropy in the same pass.
    constexpr std::int64_t kStretch = 1024;
    double total = 0;
    double weighed = 0;
    for (std::int64_t begin = 0; begin < count; begin += kStretch) {
        const std::int64_t end = std::min(count, begin + kStretch);
        float e[kStretch];
        float d[kStretch];
        for (std::int64_t i = begin; i < end; ++i) {
            d[i - begin] = logits[i] - highest;
            e[i - begin] = exp_of(d[i - begin]);
        }
        total += static_cast<double>(sum_of(e, end - begin));
        weighed += static_cast<double>(dot_of(e, d, end - begin));
        std::copy_n(e, end - begin, logits + begin);
    }
    const auto share = static_cast<float>(1 / total);
    for (std::int64_t i = 0; i < count; ++i) logits[i] *= share;
    const auto log_total = static_cast<float>(std::log(total));
    return {highest + log_total, of_target - highest - log_total,
            static_cast<float>(std::log(total) - weighed / total)};
}

RETORT_CPU_KINDS void scale_row(float* x, std::int64_t count, float by) {
    for (std::int64_t i = 0; i < count; ++i) x[i] *= by;
}

RETORT_CPU_KINDS void probabilities(float* logits, std::int64_t count, float scale, float log_total) {
    for (std::int64_t i = 0; i < count; ++i) logits[i] = exp_of(logits[i] * scale - log_total);
}

}  // namespace retort::train::cpu

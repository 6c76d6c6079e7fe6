// The steps of a Llama layer that are no matrix products, over rows of floats, forward and backward. Pure; any thread.
// Not public.
#pragma once

#include <cstdint>
#include <vector>

namespace retort::train::cpu {

// y = x / rms(x) * gain, row by row; scale {rows} is 1 / rms(x).
void rms_norm(const float* x, const float* gain, std::int64_t rows, std::int64_t width, float epsilon, float* y,
              float* scale);

// Adds to dx and to dgain.
void rms_norm_backward(const float* x, const float* gain, const float* scale, const float* dy, std::int64_t rows,
                       std::int64_t width, float* dx, float* dgain);

// out = silu(gate) * up. gate_up: {rows, 2 inner}, the gates first.
void swiglu(const float* gate_up, std::int64_t rows, std::int64_t inner, float* out);

// The gradient replaces gate_up.
void swiglu_backward(float* gate_up, const float* dout, std::int64_t rows, std::int64_t inner);

// Rotary positions: the turn of each pair of neighbours of a head by position. {positions, head_width} each.
struct Turns {
    Turns(std::int64_t positions, std::int64_t head_width, double base);
    std::int64_t head_width;
    std::vector<float> cosines;
    std::vector<float> sines;  // minus for the first of a pair
};

// Turns heads begin .. end of a row that stands at `position`, and scales them; back: by the opposite angle.
void turn(float* row, std::int64_t begin, std::int64_t end, const Turns& turns, std::int64_t position, float scale);
void turn_back(float* row, std::int64_t begin, std::int64_t end, const Turns& turns, std::int64_t position,
               float scale);

// x = softmax(x) over the first `count`; zeros up to `padded`. The logarithm of the sum of exponentials.
float softmax(float* x, std::int64_t count, std::int64_t padded);

// Of a row of logits, which are scaled first and become probabilities.
struct RowScore {
    float log_total;
    float logprob;  // of the target
    float entropy;
};
RowScore score_row(float* logits, std::int64_t count, float scale, std::int64_t target);

// x = exp(scale * x - log_total): the probabilities again.
void probabilities(float* logits, std::int64_t count, float scale, float log_total);

void scale_row(float* x, std::int64_t count, float by);

float dot(const float* a, const float* b, std::int64_t count);

}  // namespace retort::train::cpu

// AdamW in one pass over memory. Not public.
#pragma once

#include <cstdint>
#include <vector>

#include "train/net/cpu/model.h"
#include "train/net/cpu/workers.h"
#include "train/net/net.h"

namespace retort::train::cpu {

// The part of `size` floats that worker i of n sees to.
struct Share {
    std::int64_t begin;
    std::int64_t size;
};
Share share_of(std::int64_t size, int worker, int workers);

// to += from.
void add(float* to, const float* from, std::int64_t count);
double squares_of(const float* values, std::int64_t count);

class Optimiser {
  public:
    explicit Optimiser(const Model& model);

    // `norm` is the gradient's, finite.
    void step(const AdamW& settings, double norm, const std::vector<float>& gradient, std::vector<float>& weights,
              Workers& workers);

    const OptimiserState& state() const { return state_; }
    void set_state(const OptimiserState& state) { state_ = state; }

  private:
    const Model& model_;
    OptimiserState state_;
};

}  // namespace retort::train::cpu

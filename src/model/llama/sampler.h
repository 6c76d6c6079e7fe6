// One token from one row of logits. Pure: the same arguments give the same token on one machine. Not public.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/completion.h"

namespace retort::llama {

struct SamplingParameters {
    double temperature = 1.0;  // 0: greedy, the lowest id among equals
    double top_p = 1.0;  // below 1: the fewest likeliest tokens (after the temperature) that reach this probability
    std::uint32_t seed = 0;
    bool logprob_as_drawn = false;  // log-probabilities at the temperature, where it is above 0, and not at 1
};

struct SampledToken {
    TokenId id = 0;
    float logprob = 0;  // natural logarithm, before top_p; 0 when not asked for
};

// A number in [0, 1) that depends on the seed and the position in the completion alone.
double uniform(std::uint32_t seed, std::uint64_t position);

// Draws from softmax(logits / temperature) by inverting its cumulative distribution at uniform(seed, position). Keeps
// its work space between calls; one thread.
class Sampler {
  public:
    SampledToken sample(std::span<const float> logits, const SamplingParameters& parameters, std::uint64_t position,
                        bool logprob);

  private:
    double weigh(std::span<const float> logits, float highest, double temperature);
    TokenId draw(double target) const;
    TokenId draw_nucleus(double top_p, double total, double u);

    std::vector<float> weights_;      // exp((logit - highest) / temperature)
    std::vector<double> block_sums_;  // of weights_, by blocks
    std::vector<TokenId> order_;
};

}  // namespace retort::llama

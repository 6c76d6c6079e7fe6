#include "model/llama/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace retort::llama {
namespace {

constexpr std::size_t kBlock = 256;  // tokens whose weights are summed in single precision
constexpr std::size_t kLanes = 16;

#define RETORT_INLINE [[gnu::always_inline]] inline

// exp(x) for x <= 0 to within 2 units of the last place, written so that compilers turn the loop over it into vectors:
// 2^k * p(r), x = k ln 2 + r, p by its Taylor polynomial on |r| <= ln(2)/2.
RETORT_INLINE float fast_exp(float x) {
    constexpr float kLowest = -87.0f;
    constexpr float kLog2E = 1.44269504f;
    constexpr float kLn2High = 0.693359375f;
    constexpr float kLn2Low = -2.12194440e-4f;
    constexpr float kRound = 12582912.0f;             // 1.5 * 2^23: adding it rounds to a whole number
    const float clamped = x > kLowest ? x : kLowest;  // also what is not a number
    const float k = (clamped * kLog2E + kRound) - kRound;
    const float r = (clamped - k * kLn2High) - k * kLn2Low;
    float p = 1.0f / 5040.0f;
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    const auto exponent = static_cast<std::uint32_t>(static_cast<std::int32_t>(k) + 127) << 23;
    return x > kLowest ? p * std::bit_cast<float>(exponent) : 0.0f;
}

// Writes the weights and the sums of their blocks.
RETORT_INLINE void weigh_all(const float* logits, std::size_t size, float highest, float scale, float* weights,
                             double* sums) {
    for (std::size_t from = 0; from < size; from += kBlock) {
        const std::size_t count = std::min(kBlock, size - from);
        float lanes[kLanes] = {};
        for (std::size_t i = from; i < from + count / kLanes * kLanes; i += kLanes)
            for (std::size_t j = 0; j < kLanes; ++j) {
                weights[i + j] = fast_exp((logits[i + j] - highest) * scale);
                lanes[j] += weights[i + j];
            }
        double sum = std::accumulate(lanes, lanes + kLanes, 0.0);
        for (std::size_t i = from + count / kLanes * kLanes; i < from + count; ++i) {
            weights[i] = fast_exp((logits[i] - highest) * scale);
            sum += weights[i];
        }
        *sums++ = sum;
    }
}

RETORT_INLINE float highest_of(const float* values, std::size_t size) {
    float lanes[kLanes];
    std::fill_n(lanes, kLanes, values[0]);
    const std::size_t whole = size / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes)
        for (std::size_t j = 0; j < kLanes; ++j) lanes[j] = values[i + j] > lanes[j] ? values[i + j] : lanes[j];
    for (std::size_t i = whole; i < size; ++i) lanes[0] = std::max(lanes[0], values[i]);
    return *std::max_element(lanes, lanes + kLanes);
}

using WeighAll = void (*)(const float*, std::size_t, float, float, float*, double*);
using HighestOf = float (*)(const float*, std::size_t);

void weigh_all_plain(const float* l, std::size_t n, float h, float s, float* w, double* sums) {
    weigh_all(l, n, h, s, w, sums);
}
float highest_of_plain(const float* values, std::size_t size) {
    return highest_of(values, size);
}

#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] void weigh_all_avx2(const float* l, std::size_t n, float h, float s, float* w,
                                                double* sums) {
    weigh_all(l, n, h, s, w, sums);
}
[[gnu::target("avx2,fma")]] float highest_of_avx2(const float* values, std::size_t size) {
    return highest_of(values, size);
}
bool has_avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
const WeighAll kWeighAll = has_avx2() ? weigh_all_avx2 : weigh_all_plain;
const HighestOf kHighestOf = has_avx2() ? highest_of_avx2 : highest_of_plain;
#else
constexpr WeighAll kWeighAll = weigh_all_plain;
constexpr HighestOf kHighestOf = highest_of_plain;
#endif

// SplitMix64's finaliser.
std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace

double uniform(std::uint32_t seed, std::uint64_t position) {
    constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
    const std::uint64_t stream = mix((std::uint64_t{seed} + 1) * kStep);
    return static_cast<double>(mix(stream + (position + 1) * kStep) >> 11) * 0x1.0p-53;
}

SampledToken Sampler::sample(std::span<const float> logits, const SamplingParameters& parameters,
                             std::uint64_t position, bool logprob) {
    const float highest = kHighestOf(logits.data(), logits.size());
    const bool greedy = parameters.temperature <= 0;
    const bool as_drawn = !greedy && (parameters.temperature == 1 || parameters.logprob_as_drawn);
    double log_total = 0;
    if (logprob && !as_drawn) log_total = std::log(weigh(logits, highest, 1));
    SampledToken out;
    if (greedy) {
        out.id = static_cast<TokenId>(std::find(logits.begin(), logits.end(), highest) - logits.begin());
    } else {
        const double total = weigh(logits, highest, parameters.temperature);
        const double u = uniform(parameters.seed, position);
        out.id = parameters.top_p < 1 ? draw_nucleus(parameters.top_p, total, u) : draw(u * total);
        if (as_drawn) log_total = std::log(total);
    }
    const double temperature = as_drawn ? parameters.temperature : 1;
    if (logprob)
        out.logprob =
            static_cast<float>((logits[static_cast<std::size_t>(out.id)] - highest) / temperature - log_total);
    return out;
}

// The sum of all weights.
double Sampler::weigh(std::span<const float> logits, float highest, double temperature) {
    weights_.resize(logits.size());
    block_sums_.resize((logits.size() + kBlock - 1) / kBlock);
    kWeighAll(logits.data(), logits.size(), highest, static_cast<float>(1 / temperature), weights_.data(),
              block_sums_.data());
    return std::accumulate(block_sums_.begin(), block_sums_.end(), 0.0);
}

// The token at which the running sum of weights passes the target. Rounding may leave the target at the very end: then
// it is the last token with any weight.
TokenId Sampler::draw(double target) const {
    std::size_t block = 0;
    double before = 0;
    for (; block + 1 < block_sums_.size() && before + block_sums_[block] <= target; ++block)
        before += block_sums_[block];
    std::size_t last = 0;
    for (std::size_t i = block * kBlock; i < weights_.size(); ++i) {
        if (weights_[i] <= 0) continue;
        last = i;
        before += weights_[i];
        if (before > target) break;
    }
    return static_cast<TokenId>(last);
}

// Tokens below the floor hold less than 1 - top_p all together, so the nucleus lies within the others.
TokenId Sampler::draw_nucleus(double top_p, double total, double u) {
    const double floor = (1 - top_p) * total / static_cast<double>(weights_.size());
    order_.clear();
    for (std::size_t i = 0; i < weights_.size(); ++i)
        if (weights_[i] >= floor) order_.push_back(static_cast<TokenId>(i));
    const auto weight = [&](TokenId id) { return weights_[static_cast<std::size_t>(id)]; };
    std::sort(order_.begin(), order_.end(),
              [&](TokenId a, TokenId b) { return weight(a) != weight(b) ? weight(a) > weight(b) : a < b; });
    double reached = 0;
    std::size_t kept = 0;
    while (kept < order_.size() && (kept == 0 || reached < top_p * total)) reached += weight(order_[kept++]);
    double before = 0;
    for (std::size_t i = 0; i < kept; ++i) {
        before += weight(order_[i]);
        if (before > u * reached) return order_[i];
    }
    return order_[kept - 1];
}

}  // namespace retort::llama

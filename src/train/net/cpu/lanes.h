// What the loops over floats share. Each function that is worth it is compiled for several kinds of x86 CPU, the best
// of which is taken when the program starts. Sums go over lanes of fixed number, so that their order does not depend
// on the kind. Not public.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

// The choice is made before a sanitizer is ready.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define RETORT_CPU_KINDS
#endif
#endif
#if defined(RETORT_CPU_KINDS)
#elif defined(__x86_64__)
#define RETORT_CPU_KINDS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RETORT_CPU_KINDS
#endif

namespace retort::train::cpu {

constexpr std::int64_t kLanes = 16;
// By reference alone, since passing such a value depends on the CPU that one compiles for.
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float)), may_alias));

[[gnu::always_inline]] inline const Lanes& lanes_at(const float* from) {
    return *reinterpret_cast<const Lanes*>(from);
}

[[gnu::always_inline]] inline Lanes& lanes_at(float* from) {
    return *reinterpret_cast<Lanes*>(from);
}

[[gnu::always_inline]] inline float sum(const Lanes& value) {
    float out = 0;
    for (std::int64_t i = 0; i < kLanes; ++i) out += value[i];
    return out;
}

// e^x to about one unit in the last place between -87 and 88, and the value at the nearer end beyond. Range reduction
// by powers of two and a polynomial (Cody and Waite).
[[gnu::always_inline]] inline float exp_of(float x) {
    constexpr float kRound = 12582912;  // 1.5 * 2^23: adding it rounds to an integer
    x = std::min(std::max(x, -87.0F), 88.0F);
    const float shifted = x * 1.44269504F + kRound;
    const float n = shifted - kRound;
    const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1;
    // The lowest bits of `shifted` are n; they go to the exponent.
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) + (std::bit_cast<std::uint32_t>(shifted) << 23U));
}

}  // namespace retort::train::cpu

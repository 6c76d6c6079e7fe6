#include "eval/generate/draws.h"

#include <algorithm>

namespace retort::generate {

std::uint64_t Draws::below(std::uint64_t many) {
    // Values past the last whole multiple of `many` would favour the small ones: they are drawn again.
    const std::uint64_t uneven = (~std::uint64_t{0} % many + 1) % many;
    std::uint64_t drawn = engine_();
    while (drawn > ~std::uint64_t{0} - uneven) drawn = engine_();
    return drawn % many;
}

// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    std::uint64_t z = a * 0x9e3779b97f4a7c15U + b + 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

std::uint64_t mix_unordered(std::vector<std::uint64_t> values) {
    std::sort(values.begin(), values.end());
    std::uint64_t out = values.size();
    for (const std::uint64_t value : values) out = mix(out, value);
    return out;
}

}  // namespace retort::generate

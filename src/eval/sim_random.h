// Random numbers of the simulated model: keyed, never a shared stream, and the same on every machine. Not public.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

#include "base/hash.h"

namespace retort {

class SimRandom {
  public:
    explicit SimRandom(std::string_view key) : state_(hash64(key)) {}

    // In [0, 1), 53 bits (SplitMix64).
    double uniform() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
    }

    bool chance(double probability) { return uniform() < probability; }

    // Below n, which is at least 1.
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }

    // Standard normal (Box-Muller).
    double normal() {
        const double radius = std::sqrt(-2 * std::log1p(-uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }

  private:
    std::uint64_t state_;
};

}  // namespace retort

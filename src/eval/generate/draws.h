// Random draws that are the same on every machine: the standard fixes the engine, and the distributions are our own
// (those of the standard library may differ from one library to the next). Not public.
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace retort::generate {

class Draws {
  public:
    explicit Draws(std::uint64_t seed) : engine_(seed) {}

    // Each of 0 .. many-1 equally often. `many` is at least 1.
    std::uint64_t below(std::uint64_t many);

    // Both ends included.
    int between(int least, int most) {
        return least + static_cast<int>(below(static_cast<std::uint64_t>(most - least) + 1));
    }

    template <class T>
    const T& one_of(const std::vector<T>& values) {
        return values[below(values.size())];
    }

    template <class T>
    void shuffle(std::vector<T>& values) {
        for (std::size_t left = values.size(); left > 1; --left) std::swap(values[left - 1], values[below(left)]);
    }

  private:
    std::mt19937_64 engine_;
};

// One 64-bit value of two, for invariants: order matters, and close values give distant ones.
std::uint64_t mix(std::uint64_t a, std::uint64_t b);

// The same of a whole bag of values, whatever their order.
std::uint64_t mix_unordered(std::vector<std::uint64_t> values);

}  // namespace retort::generate

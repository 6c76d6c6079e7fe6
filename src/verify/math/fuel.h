// What a comparison may still spend. Counted in steps of work, not in seconds: the same verdict on any machine. Not
// public.
#pragma once

#include <cstdint>

namespace retort::math {

// A step is about 100 ns of a core of 2020; what costs more is charged by its measured price before it is done.
inline constexpr std::int64_t kAllSteps = 150'000;

class Fuel {
  public:
    explicit Fuel(std::int64_t steps = kAllSteps) : left_(steps) {}

    // False when it is used up, and from then on.
    bool spend(std::int64_t steps) { return (left_ -= steps) > 0; }
    bool empty() const { return left_ <= 0; }

  private:
    std::int64_t left_;
};

// The price of multiplying, dividing or reducing numbers of so many bits: linear while small, quadratic beyond.
constexpr std::int64_t price_of_bits(std::int64_t bits) {
    const std::int64_t limbs = bits / 64;
    return 1 + limbs / 8 + limbs * limbs / 256;
}

}  // namespace retort::math

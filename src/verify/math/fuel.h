// What a comparison may still spend. Counted in steps, not in seconds: the same verdict on any machine. Not public.
#pragma once

#include <cstdint>

namespace retort::math {

class Fuel {
  public:
    // False when it is used up, and from then on.
    bool spend(std::int64_t steps) { return (left_ -= steps) > 0; }
    bool empty() const { return left_ <= 0; }

  private:
    std::int64_t left_ = 400'000;  // about 30 ms of the dearest work
};

}  // namespace retort::math

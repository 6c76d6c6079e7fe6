// Certified complex balls over a tree (Arb): the true value lies inside. Not public.
#pragma once

#if __has_include(<flint/acb.h>)
#include <flint/acb.h>
#else
#include <acb.h>  // where Arb is a library of its own
#endif

#include <map>
#include <optional>
#include <string>

#include "verify/math/expr.h"
#include "verify/math/fuel.h"
#include "verify/math/rational.h"

namespace retort::math {

class Ball {
  public:
    Ball() { acb_init(value_); }
    Ball(const Ball& other) : Ball() { acb_set(value_, other.value_); }
    Ball(Ball&& other) noexcept : Ball() { acb_swap(value_, other.value_); }
    Ball& operator=(Ball other) noexcept {
        acb_swap(value_, other.value_);
        return *this;
    }
    ~Ball() { acb_clear(value_); }

    acb_struct* get() { return value_; }
    const acb_struct* get() const { return value_; }

  private:
    acb_t value_;
};

using Point = std::map<std::string, Rational>;

// None when the tree holds what has no value (a set, a word), a variable that `point` lacks, is undefined there, or the
// fuel is used up. `bits` is the working precision.
std::optional<Ball> evaluate_ball(const Expr& e, const Point& point, long bits, Fuel& fuel);

}  // namespace retort::math

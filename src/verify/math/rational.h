// Exact rational arithmetic over a tree (FLINT), with caps before anything grows large. Not public.
#pragma once

#include <flint/fmpq.h>

#include <optional>
#include <string>
#include <utility>

#include "verify/math/expr.h"
#include "verify/math/fuel.h"

namespace retort::math {

class Rational {
  public:
    Rational() { fmpq_init(value_); }
    Rational(const Rational& other) : Rational() { fmpq_set(value_, other.value_); }
    Rational(Rational&& other) noexcept : Rational() { fmpq_swap(value_, other.value_); }
    Rational& operator=(Rational other) noexcept {
        fmpq_swap(value_, other.value_);
        return *this;
    }
    ~Rational() { fmpq_clear(value_); }

    fmpq* get() { return value_; }
    const fmpq* get() const { return value_; }
    bool is_integer() const { return fmpz_is_one(fmpq_denref(value_)) != 0; }
    friend bool operator==(const Rational& a, const Rational& b) { return fmpq_equal(a.value_, b.value_) != 0; }

  private:
    fmpq_t value_;
};

// Of a number as it is written; none when its exponent is beyond the cap.
std::optional<Rational> rational_of(const std::string& digits);

// "-7/2", "3".
std::string decimal_digits(const Rational& value);

// None when the tree is not rational (a variable, a constant, a root), undefined, or beyond the caps.
std::optional<Rational> evaluate_rational(const Expr& e, Fuel& fuel);

}  // namespace retort::math

// Equality of structure, before any evaluation: it settles power towers that nothing could evaluate. Not public.
#pragma once

#include <string>

#include "verify/math/expr.h"

namespace retort::math {

// Equal strings for trees that differ in the order of terms and factors, in superfluous zeros or brackets only.
std::string canonical(const Expr& e);

}  // namespace retort::math

// Equality of structure, before any evaluation: it settles power towers that nothing could evaluate. Not public.
#pragma once

#include <string>

#include "verify/math/expr.h"
#include "verify/math/fuel.h"

namespace retort::math {

// Equal strings for trees that differ in the order of terms and factors, in superfluous zeros or brackets only.
std::string canonical(const Expr& e);

// Whether the two have equal canonical strings.
bool same_structure(const Expr& a, const Expr& b, Fuel& fuel);

}  // namespace retort::math

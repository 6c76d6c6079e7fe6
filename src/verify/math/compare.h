// Whether two trees mean the same answer: by shape first, values below. Not public.
#pragma once

#include "verify/math/expr.h"
#include "verify/math/fuel.h"
#include "verify/math/scalar.h"

namespace retort::math {

Judged compare(const Expr& reference, const Expr& answer, Fuel& fuel);

}  // namespace retort::math

// Sets of real numbers as pieces between ends, and their unions, intersections and differences. Not public.
#pragma once

#include <optional>
#include <vector>

#include "verify/math/expr.h"
#include "verify/math/fuel.h"

namespace retort::math {

struct Piece {
    Expr from, to;
    bool with_from = false, with_to = false;
};
using Pieces = std::vector<Piece>;

enum class SetOperation { unite, intersect, subtract };

// In order, apart from each other and none empty: the same set is the same pieces. None when the ends have no known
// order (a variable among them), or there are more than 64.
std::optional<Pieces> combined(const Pieces& a, const Pieces& b, SetOperation operation, Fuel& fuel);

}  // namespace retort::math

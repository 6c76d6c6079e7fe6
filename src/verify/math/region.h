// Sets of real numbers as pieces between ends: intervals, unions, inequalities, points. Not public.
#pragma once

#include <optional>
#include <vector>

#include "verify/math/expr.h"
#include "verify/math/fuel.h"
#include "verify/math/scalar.h"

namespace retort::math {

struct Piece {
    Expr from, to;
    bool with_from = false, with_to = false;
};
using Region = std::vector<Piece>;

// None when the tree is no such set. A tuple of two, (a, b), is one: what else it may be is the caller's to know.
std::optional<Region> region_of(const Expr& e, Fuel& fuel);

// Whether nothing but a set of numbers can be meant: an inequality, a union, a square bracket, an infinite end.
bool is_surely_region(const Expr& e);

Judged compare_regions(const Region& reference, const Region& answer, Fuel& fuel);

}  // namespace retort::math

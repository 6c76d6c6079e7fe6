// What an answer says as a set of real numbers: intervals, unions, inequalities, points. Not public.
#pragma once

#include <optional>
#include <string>

#include "verify/math/expr.h"
#include "verify/math/fuel.h"
#include "verify/math/pieces.h"
#include "verify/math/scalar.h"

namespace retort::math {

struct Region {
    Pieces pieces;
    std::string variable = {};  // that an inequality speaks of; empty for a bare set
};

// None when the tree is no such set. A tuple of two, (a, b), is one: what else it may be is the caller's to know.
std::optional<Region> region_of(const Expr& e, Fuel& fuel);

// Whether nothing but a set of numbers can be meant: an inequality, a union, a square bracket, an infinite end.
bool is_surely_region(const Expr& e);

Judged compare_regions(const Region& reference, const Region& answer, Fuel& fuel);

}  // namespace retort::math

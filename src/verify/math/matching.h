// Pairing the elements of two collections. Not public.
#pragma once

#include <cstddef>
#include <functional>

#include "verify/math/fuel.h"
#include "verify/math/scalar.h"

namespace retort::math {

// Equal when every element of the one side can be paired with an equal one of the other, none used twice. Every pair
// is compared, so that the order of the sides changes nothing. Beyond 128 elements: unknown.
Judged match_all(std::size_t size_a, std::size_t size_b,
                 const std::function<Judged(std::size_t, std::size_t)>& compare_pair, VerifyStage stage, Fuel& fuel);

}  // namespace retort::math

// A rational function at a point modulo a prime: one unequal value proves two of them different, and equal values at
// random points mean that they are the same but for a chance below 1e-15 (Schwartz, Zippel). Not public.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "verify/math/expr.h"
#include "verify/math/fuel.h"

namespace retort::math {

inline constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;

using ModularPoint = std::map<std::string, std::uint64_t>;

enum class ModularFault { none, not_rational, undefined };
struct ModularValue {
    std::uint64_t value = 0;
    ModularFault fault = ModularFault::none;
};

ModularValue evaluate_modular(const Expr& e, const ModularPoint& point, Fuel& fuel);

}  // namespace retort::math

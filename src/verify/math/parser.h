// From tokens to a tree: a recursive descent over precedences, of bounded depth. Not public.
#pragma once

#include <optional>
#include <string_view>

#include "verify/math/expr.h"
#include "verify/math/lexer.h"

namespace retort::math {

// None when the text is no maths that is understood; prose for instance.
std::optional<Expr> parse(std::string_view text, Commas commas = Commas::group_thousands);

}  // namespace retort::math

// Arithmetic over whole numbers as models write it: + - * / and parentheses, in plain text, TeX or typographic signs.
// Any bytes; bounded in depth, length and time. Not public.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/math/rational.h"

namespace retort {

struct Expression {
    std::string text;                   // one spelling for all layouts: "(100 - 93) * 30"
    std::vector<std::int64_t> numbers;  // those used, ascending
    int operators = 0;
    std::optional<math::Rational> value;  // none: something is divided by zero
};

// All expressions in a text, in order; "=" parts one from the next. A lone number is one, too.
std::vector<Expression> find_expressions(std::string_view text);

}  // namespace retort

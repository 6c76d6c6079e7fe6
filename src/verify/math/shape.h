// What a tree is as an answer: its value without its name, its elements, its quantity without its unit. Not public.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verify/math/expr.h"
#include "verify/math/fuel.h"

namespace retort::math {

// Whether a left-hand side only names what follows: x, f(x), (x, y), m_max.
bool names_something(const Expr& e);

// f(x) and f^{-1}(x): a name applied to variables, which are bound by the equation.
bool names_function(const Expr& e);

// The value of "x = 1/2 = 0.5", of "2 + 3 = 5", of "7/3 ~ 2.33" (the exact side), of "x in {1, 2}"; the tree itself
// when it is no such chain or when its left-hand side is a condition ("xy = 6").
Expr value_of(const Expr& e);

// The last side of a chain that ends with "~"; none for another.
std::optional<Expr> approximate_value(const Expr& e);

// The signs written out: 3 ± 2 gives 5 and 1; in a tuple each ± stands for itself. None beyond 64.
std::optional<std::vector<Expr>> without_signs(const Expr& e, Fuel& fuel);

// A quantity apart from how it is measured.
struct Quantity {
    Expr value;
    bool percent = false;
    bool degree = false;
    std::string unit;
};
Quantity quantity_of(const Expr& e);

void collect_symbols(const Expr& e, std::vector<std::string>& out);
Expr with_renamed(const Expr& e, const std::string& from, const std::string& to);

Expr negated(Expr e);
int infinite_sign(const Expr& e);  // 1, -1; 0 for what is finite
bool is_infinite(const Expr& e);
bool is_collection(const Expr& e);

}  // namespace retort::math

// Expressions as they are written, and as they are but for the order of sums and products. Not public.
#pragma once

#include <string>
#include <vector>

namespace retort::generate {

enum class ExpressionShape { number, sum, product };

struct Expression {
    std::string text;  // with the parentheses that it needs
    ExpressionShape shape = ExpressionShape::number;
    std::vector<std::string> parts;  // the summands with their signs, or the factors with theirs
};

Expression number_expression(int number);

// `operation` is one of + - * /.
Expression join(const Expression& left, char operation, const Expression& right);

// Equal for expressions that differ only by the order of summands or factors, or by parentheses that do nothing.
std::string without_order(const Expression& expression);

}  // namespace retort::generate

#include "eval/generate/expression.h"

#include <algorithm>

namespace retort::generate {
namespace {

char opposite(char sign) {
    switch (sign) {
        case '+':
            return '-';
        case '-':
            return '+';
        case '*':
            return '/';
        default:
            return '*';
    }
}

std::string in_parentheses(const std::string& text, bool needed) {
    return needed ? "(" + text + ")" : text;
}

// What an operand adds to the parts of a sum or product: its own parts where it is one itself.
void add_parts(std::vector<std::string>& parts, const Expression& operand, ExpressionShape shape, char sign) {
    const char plain = shape == ExpressionShape::sum ? '+' : '*';
    if (operand.shape != shape) {
        parts.push_back(sign + without_order(operand));
        return;
    }
    for (const std::string& part : operand.parts)
        parts.push_back((sign == plain ? part.front() : opposite(part.front())) + part.substr(1));
}

}  // namespace

Expression number_expression(int number) {
    return {std::to_string(number), ExpressionShape::number, {}};
}

Expression join(const Expression& left, char operation, const Expression& right) {
    const bool sum = operation == '+' || operation == '-';
    Expression out;
    out.shape = sum ? ExpressionShape::sum : ExpressionShape::product;
    const bool left_needs = !sum && left.shape == ExpressionShape::sum;
    const bool right_needs = (right.shape == ExpressionShape::sum && operation != '+') ||
                             (right.shape == ExpressionShape::product && operation == '/');
    out.text = in_parentheses(left.text, left_needs) + " " + operation + " " + in_parentheses(right.text, right_needs);
    add_parts(out.parts, left, out.shape, sum ? '+' : '*');
    add_parts(out.parts, right, out.shape, operation);
    return out;
}

std::string without_order(const Expression& expression) {
    if (expression.shape == ExpressionShape::number) return expression.text;
    std::vector<std::string> parts = expression.parts;
    std::sort(parts.begin(), parts.end());
    std::string out = "(";
    for (const std::string& part : parts) out += part;
    return out + ")";
}

}  // namespace retort::generate

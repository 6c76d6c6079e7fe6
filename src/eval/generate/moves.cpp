#include "eval/generate/moves.h"

#include <numeric>

#include "eval/generate/expression.h"

namespace retort::generate {
namespace {

constexpr std::int64_t kMostWhole = 10'000;

Ratio reduced(std::int64_t over, std::int64_t under) {
    if (under == 1) return {over, under};
    const std::int64_t common = std::gcd(over, under);
    const std::int64_t sign = under < 0 ? -1 : 1;
    return {sign * over / common, sign * under / common};
}

std::optional<Ratio> value_of(char operation, Ratio a, Ratio b) {
    switch (operation) {
        case '+':
            return reduced(a.over * b.under + b.over * a.under, a.under * b.under);
        case '-':
            return reduced(a.over * b.under - b.over * a.under, a.under * b.under);
        case '*':
            return reduced(a.over * b.over, a.under * b.under);
        default:
            if (b.over == 0) return std::nullopt;
            return reduced(a.over * b.under, a.under * b.over);
    }
}

template <class T>
void take_out(std::vector<T>& values, const Move& move) {
    const auto first = static_cast<std::ptrdiff_t>(std::max(move.left, move.right));
    const auto second = static_cast<std::ptrdiff_t>(std::min(move.left, move.right));
    values.erase(values.begin() + first);
    values.erase(values.begin() + second);
}

bool search(const std::vector<Ratio>& values, Values rule, std::vector<Move>& moves, const VisitResult& visit) {
    if (values.size() == 1) return visit(values.front(), moves);
    std::vector<Ratio> rest;  // outside the loops: it is filled thousands of times
    for (std::size_t left = 0; left < values.size(); ++left)
        for (std::size_t right = 0; right < values.size(); ++right)
            for (const char operation : {'+', '-', '*', '/'}) {
                const bool commutes = operation == '+' || operation == '*';
                if (left == right || (commutes && left > right)) continue;
                rest = values;
                if (!make_move(rest, {left, right, operation}, rule)) continue;
                moves.push_back({left, right, operation});
                const bool go_on = search(rest, rule, moves, visit);
                moves.pop_back();
                if (!go_on) return false;
            }
    return true;
}

}  // namespace

std::optional<Ratio> apply(char operation, Ratio left, Ratio right, Values rule) {
    const auto value = value_of(operation, left, right);
    if (!value || rule == Values::exact) return value;
    const bool allowed = value->under == 1 && value->over > 0 && value->over <= kMostWhole;
    return allowed ? value : std::nullopt;
}

bool make_move(std::vector<Ratio>& values, const Move& move, Values rule) {
    const auto value = apply(move.operation, values[move.left], values[move.right], rule);
    if (!value) return false;
    take_out(values, move);
    values.push_back(*value);
    return true;
}

bool each_result(const std::vector<int>& numbers, Values rule, const VisitResult& visit) {
    std::vector<Ratio> values;
    for (const int number : numbers) values.push_back({number, 1});
    std::vector<Move> moves;
    return search(values, rule, moves, visit);
}

std::string expression_of(const std::vector<int>& numbers, const std::vector<Move>& moves) {
    std::vector<Expression> parts;
    for (const int number : numbers) parts.push_back(number_expression(number));
    for (const Move& move : moves) {
        Expression joined = join(parts[move.left], move.operation, parts[move.right]);
        take_out(parts, move);
        parts.push_back(std::move(joined));
    }
    return parts.front().text;
}

}  // namespace retort::generate

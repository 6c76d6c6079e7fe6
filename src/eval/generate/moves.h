// Numbers joined two by two until one is left: the search behind countdown and game24. Exact; no overflow for up to six
// numbers of at most 100. Not public.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace retort::generate {

struct Ratio {
    std::int64_t over = 0;
    std::int64_t under = 1;  // positive; no common factor
    friend bool operator==(const Ratio&, const Ratio&) = default;
};

enum class Values {
    whole,  // on the way too: positive whole numbers of at most 10,000, as people play countdown
    exact,  // any fraction
};

// Places in the list as it is at that time; both are taken out, and what they give is put at the end.
struct Move {
    std::size_t left = 0;
    std::size_t right = 0;
    char operation = '+';
};

// Nothing where the rule forbids it, or for a division by 0.
std::optional<Ratio> apply(char operation, Ratio left, Ratio right, Values rule);

// Joins the two in the list. False, and the list as it was, where that is not allowed.
bool make_move(std::vector<Ratio>& values, const Move& move, Values rule);

// Shows what every sequence of moves leads to, until `visit` returns false. Returns whether it went through all.
using VisitResult = std::function<bool(Ratio result, const std::vector<Move>& moves)>;
bool each_result(const std::vector<int>& numbers, Values rule, const VisitResult& visit);

// The moves as one expression, with the parentheses that it needs.
std::string expression_of(const std::vector<int>& numbers, const std::vector<Move>& moves);

}  // namespace retort::generate

// Search for a countdown's solution as the model writes it, and expressions as it answers and checks them. Not public.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/generate/draws.h"
#include "train/tasks/countdown_words.h"

namespace retort::train::countdown {

struct Problem {
    std::array<int, kNumbers> numbers{};
    int target = 0;
};

// Places of what is joined: 0 to 3 are the numbers, 4 and 5 the results of the first two steps.
struct Step {
    char operation = '+';
    int left = 0;
    int right = 0;
};

struct Expression {
    std::array<int, kNumbers> numbers{};
    std::array<Step, kNumbers - 1> steps;
};

// Nothing where the operation gives no whole number from 1 to kMostResult.
std::optional<int> result_of(char operation, int left, int right);

// Nothing where a step on the way has no result.
std::optional<int> value_of(const Expression& expression);

// With parentheses around each part: "(10+(15-14))*4".
std::string text_of(const Expression& expression);

using Words = std::vector<std::string_view>;

// Computes it step by step, up to " ok" or " bad": " 15 - 14 = 1 10 + 1 = 11 11 * 4 = 44 ok". A step without a result
// is bad at once.
void append_check(Words& out, const Expression& expression, int target);

// The first two moves of a solution, the larger number first in each.
struct Way {
    Step first;
    Step second;
    int first_result = 0;
    int second_result = 0;
    int left_over = 0;  // the place of the number that neither takes
};

// All of them.
std::vector<Way> ways_of(const Problem& problem);

struct Ending {
    Expression expression;
    int value = 0;
};

// What this way can end in, by the last move: + - * /, as far as that gives at most `most`.
std::vector<Ending> endings_of(const Problem& problem, const Way& way, int most);

// A way as a line of search: the first move with the numbers that are left, the second likewise, then what the last
// two give, from 1 to the largest target, until that is the target.
//     " 15 - 14 = 1 10 4 10 + 1 = 11 4 15 7 44 !"
// Returns the solution that was found, if any.
std::optional<Expression> append_line(Words& out, const Problem& problem, const Way& way);

struct Search {
    Words words;
    std::optional<Expression> found;
};

// Goes through the ways in random order until one hits or more than `most` words are written.
Search search(const Problem& problem, generate::Draws& draws, std::size_t most);

}  // namespace retort::train::countdown

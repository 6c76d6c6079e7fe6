// Tokens of an answer, whether it is TeX, plain-text maths or both. Total: any bytes in. Not public.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace retort::math {

enum class TokenKind {
    number,       // text: digits without separators; repeating: those of a repeating decimal
    symbol,       // text: a variable's or a constant's name
    function,     // text: the standard name
    word,         // text: a word that is neither, lower case
    punctuation,  // text: an operator, a bracket or a separator by its standard name
    environment,  // text: "begin" or "end" of a matrix
    unknown,      // a command that has no meaning here
};

struct Token {
    TokenKind kind;
    std::string text;
    bool space_before = false;
    std::string repeating;
};

// How commas between digits are read.
enum class Commas { group_thousands, separate, decimal };

// None when there are more than 4,096 tokens.
std::vector<Token> tokenize(std::string_view text, Commas commas);

}  // namespace retort::math

// The answers that a text of notes states. Total functions: any bytes in, linear time but for the comparisons.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "verify/kind.h"

namespace retort {

struct StatedAnswer {
    std::size_t at = 0;  // where in the text
    std::string answer;
    std::size_t line = 0;
    bool whole_line = false;  // read from the line as a whole, not from one box
};

// What stands in boxes, box by box and, where a line has several, also the line read as one answer; and bare values
// after "answer is", "answer:" or "answer =". At most 64: a text that states more is not notes.
std::vector<StatedAnswer> stated_answers(std::string_view text, const Verifier& verifier);

// What the text shows without calling it an answer: formulas between dollar signs and words that begin as numbers do.
// Each once, at most 128.
std::vector<std::string> shown_values(std::string_view text);

// Where the value stands in the text with no letter, digit or decimal point joined to it; npos: nowhere.
std::size_t find_value(std::string_view text, std::string_view value);

}  // namespace retort

// Finding the answer in a text. Total functions: any bytes in, no throw, linear time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace retort {

// The first of these that the text has: its last box (\boxed{...}; boxes side by side are one list), what follows the
// last "the answer is" and its like, itself when it is a bare value, the last bold value, the last $maths$ that is
// understood, the last fraction or number. None when it has none. At most 4,096 bytes: a longer one is not an answer.
std::optional<std::string> extract_answer(std::string_view text);

// A form in which the same spelling is the same string: no white space, dollar signs, TeX spacing, trailing full stop;
// plain decimal numbers without superfluous zeros.
std::string normalise_answer(std::string_view answer);

}  // namespace retort

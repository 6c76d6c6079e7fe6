// Finding the answer in a text. Total functions: any bytes in, no throw, linear time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace retort {

// The last box (\boxed{...}, \fbox{...}), else what follows the last "the answer is", else the last number; none when
// the text has none of these. At most 4,096 bytes: a longer one is not an answer.
std::optional<std::string> extract_answer(std::string_view text);

// A form in which equal answers are equal strings as far as spelling goes: no white space, dollar signs, TeX spacing,
// thousands separators, text wrappers, trailing full stop; plain decimal numbers without superfluous zeros.
std::string normalise_answer(std::string_view answer);

}  // namespace retort

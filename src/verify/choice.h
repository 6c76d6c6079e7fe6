// Multiple choice: which letter a reference asks for and which one a text chooses. Not public.
#pragma once

#include <optional>
#include <string_view>

namespace retort {

// 'C' for "C", "(C)", "c", "(C) Cecile" and "C Cecile"; none for what is no letter of a choice (A to J, but for a lone
// U and the like, which may be one).
std::optional<char> choice_letter(std::string_view reference, std::string_view value);

// In capitals; none when the text names none.
std::optional<char> chosen_letter(std::string_view text);

}  // namespace retort

// The vocabulary: what commands, words and characters stand for. Tables only. Not public.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace retort::math {

struct Meaning {
    enum Kind { skip, symbol, function, punctuation, wrapper, text_wrapper, unknown } kind;
    std::string_view text;
};

// Of a TeX command, without its backslash. Unknown commands mean themselves as symbols of no value.
Meaning command_meaning(std::string_view name);

// Of a run of letters in plain text ("pi", "sqrt", "infinity", "or"); none for other words.
std::optional<Meaning> word_meaning(std::string_view lower);

// Short words of prose, which are no product of variables.
bool is_common_word(std::string_view lower);

// The ASCII or TeX spelling of a character outside ASCII; empty when it has none.
std::string_view ascii_for(char32_t character);

// The text with each such character in its ASCII or TeX spelling; any bytes in.
std::string to_ascii(std::string_view text);

// A known unit: what it measures and how many of that dimension's base unit it is.
struct UnitMeaning {
    std::string_view dimension;
    std::string_view factor;  // decimal
};
std::optional<UnitMeaning> unit_meaning(std::string_view lower);

}  // namespace retort::math

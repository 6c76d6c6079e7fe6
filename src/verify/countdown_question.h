// Countdown asked in free words: "Use 3, 7, 8, 13 to make 50", "3 7 8 13 = 50", "3 7 8 13 50". Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retort {

struct CountdownQuestion {
    std::vector<std::int64_t> numbers;  // in the order in which they were given
    std::int64_t target = 0;

    // A problem line of the kind "countdown".
    std::string line() const;
};

// Nothing where the text is not certainly one: numbers are whole, and the target is what one word like "make", "reach"
// or "equals" names, or "=", or, in a text without any words, the last number. Numbers with a sign, a point or between
// operators are none.
std::optional<CountdownQuestion> read_countdown_question(std::string_view text);

}  // namespace retort

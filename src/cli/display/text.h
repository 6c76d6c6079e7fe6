// Text from models, made fit for a terminal's line. Pure and total: any bytes in, UTF-8 out, never a control character.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace retort::cli {

// Columns that a terminal gives to a code point: 0 (combining, joiners), 1 or 2 (East Asian wide, emoji).
int column_width(char32_t point);

// Columns of a text without control characters.
int columns(std::string_view text);

// One line: white space and control characters become single blanks, escape sequences and marks that turn the
// direction of text go, bytes that are not UTF-8 become U+FFFD.
std::string one_line(std::string_view text);

// The same with line ends and tabs kept: what may be printed on a terminal as it is.
std::string printable(std::string_view text);

// What fits of the beginning, or of the end; a text that was cut ends, or begins, with "...".
std::string keep_head(std::string_view text, int width);
std::string keep_tail(std::string_view text, int width);

// Filled with blanks to the width, on the right or on the left. A text that is wider stays as it is.
std::string pad_right(std::string_view text, int width);
std::string pad_left(std::string_view text, int width);

// 1204 as "1,204".
std::string grouped(std::int64_t number);

// Seconds for people: "0.9 s", "12 s", "3 min 05 s".
std::string seconds(double seconds);

// "8 drafts", "1 draft".
std::string counted(std::int64_t number, std::string_view noun);

}  // namespace retort::cli

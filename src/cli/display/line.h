// A line of a terminal as pieces with a tone each. Pure: colour is put on last.
#pragma once

#include <string>
#include <vector>

namespace retort::cli {

enum class Tone { normal, dim, strong, accent, good, bad };

struct Span {
    std::string text;  // no control characters
    Tone tone = Tone::normal;
};

using Line = std::vector<Span>;

int columns(const Line& line);

// At most this wide; what was cut ends with "...". Blank pieces at the end go.
Line fit(Line line, int width);

// `left` at the left and `right` at the right end. Where both do not fit, `right` goes, then `left` is cut.
Line spread(Line left, const Line& right, int width);

// The pieces in their order as long as they fit with two blanks between them; a piece that does not fit is left out.
Line joined(const std::vector<Span>& pieces, int width);

// With the terminal's colours, or as plain text.
std::string paint(const Line& line, bool colour);

}  // namespace retort::cli

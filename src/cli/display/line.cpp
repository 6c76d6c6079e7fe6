#include "cli/display/line.h"

#include "cli/display/text.h"

namespace retort::cli {
namespace {

constexpr std::string_view code(Tone tone) {
    switch (tone) {
        case Tone::normal:
            return "";
        case Tone::dim:
            return "\x1b[2m";
        case Tone::strong:
            return "\x1b[1m";
        case Tone::accent:
            return "\x1b[36m";
        case Tone::good:
            return "\x1b[32m";
        case Tone::bad:
            return "\x1b[31m";
    }
    return "";
}

}  // namespace

int columns(const Line& line) {
    int out = 0;
    for (const Span& span : line) out += columns(span.text);
    return out;
}

Line fit(Line line, int width) {
    while (!line.empty() && line.back().text.find_first_not_of(' ') == std::string::npos) line.pop_back();
    int used = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const int wide = columns(line[i].text);
        if (used + wide > width) {
            line[i].text = keep_head(line[i].text, width - used);
            line.resize(i + 1);
            return line;
        }
        used += wide;
    }
    return line;
}

Line spread(Line left, const Line& right, int width) {
    constexpr int kGap = 2;
    const int room = width - columns(left) - columns(right);
    if (room < kGap || columns(right) == 0) return fit(std::move(left), width);
    left.push_back({std::string(static_cast<std::size_t>(room), ' ')});
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Line joined(const std::vector<Span>& pieces, int width) {
    Line out;
    int used = 0;
    for (const Span& piece : pieces) {
        const int gap = out.empty() ? 0 : 3;
        const int wide = columns(piece.text);
        if (piece.text.empty() || used + gap + wide > width) continue;
        if (gap > 0) out.push_back({std::string(static_cast<std::size_t>(gap), ' ')});
        out.push_back(piece);
        used += gap + wide;
    }
    return out;
}

std::string paint(const Line& line, bool colour) {
    std::string out;
    for (const Span& span : line) {
        const std::string_view begin = colour ? code(span.tone) : "";
        out += begin;
        out += span.text;
        if (!begin.empty()) out += "\x1b[0m";
    }
    return out;
}

}  // namespace retort::cli

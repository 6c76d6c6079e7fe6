#include "cli/display/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace retort::cli {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Unicode 15: general categories Mn, Me and format characters, in coarse blocks.
constexpr std::array kNoColumns{
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD},  Range{0x05BF, 0x05BF}, Range{0x05C1, 0x05C2},
    Range{0x05C4, 0x05C5}, Range{0x0610, 0x061A}, Range{0x064B, 0x065F},  Range{0x0670, 0x0670}, Range{0x06D6, 0x06DC},
    Range{0x06DF, 0x06E4}, Range{0x0711, 0x0711}, Range{0x0730, 0x074A},  Range{0x0900, 0x0902}, Range{0x093A, 0x093A},
    Range{0x093C, 0x093C}, Range{0x0941, 0x0948}, Range{0x094D, 0x094D},  Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A},
    Range{0x0E47, 0x0E4E}, Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF},  Range{0x200B, 0x200F}, Range{0x202A, 0x202E},
    Range{0x2060, 0x206F}, Range{0x20D0, 0x20FF}, Range{0x302A, 0x302D},  Range{0x3099, 0x309A}, Range{0xFE00, 0xFE0F},
    Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF}, Range{0xE0000, 0xE0FFF}};

// East Asian wide and full width, and emoji that terminals draw over two columns.
constexpr std::array kTwoColumns{
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2329, 0x232A},   Range{0x23E9, 0x23EC},
    Range{0x23F0, 0x23F0},   Range{0x23F3, 0x23F3},   Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},
    Range{0x2648, 0x2653},   Range{0x267F, 0x267F},   Range{0x2693, 0x2693},   Range{0x26A1, 0x26A1},
    Range{0x26AA, 0x26AB},   Range{0x26BD, 0x26BE},   Range{0x26C4, 0x26C5},   Range{0x26CE, 0x26CE},
    Range{0x26D4, 0x26D4},   Range{0x26EA, 0x26EA},   Range{0x26F2, 0x26F3},   Range{0x26F5, 0x26F5},
    Range{0x26FA, 0x26FA},   Range{0x26FD, 0x26FD},   Range{0x2705, 0x2705},   Range{0x270A, 0x270B},
    Range{0x2728, 0x2728},   Range{0x274C, 0x274C},   Range{0x274E, 0x274E},   Range{0x2753, 0x2755},
    Range{0x2757, 0x2757},   Range{0x2795, 0x2797},   Range{0x27B0, 0x27B0},   Range{0x27BF, 0x27BF},
    Range{0x2B1B, 0x2B1C},   Range{0x2B50, 0x2B50},   Range{0x2B55, 0x2B55},   Range{0x2E80, 0x303E},
    Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},
    Range{0xA960, 0xA97C},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE10, 0xFE19},
    Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x16FE0, 0x18CFF},
    Range{0x1B000, 0x1B2FF}, Range{0x1F004, 0x1F004}, Range{0x1F0CF, 0x1F0CF}, Range{0x1F18E, 0x1F18E},
    Range{0x1F191, 0x1F19A}, Range{0x1F200, 0x1F320}, Range{0x1F32D, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F7E0, 0x1F7EB}, Range{0x1F90C, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t point) {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), point,
                                        [](char32_t p, const Range& range) { return p < range.first; });
    return after != ranges.begin() && point <= std::prev(after)->last;
}

constexpr char32_t kBad = 0xFFFD;

// The code point at the beginning and its bytes; U+FFFD and one byte where it is none.
struct Decoded {
    char32_t point = kBad;
    std::size_t bytes = 1;
};

Decoded decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (bytes == 0 || lead > 0xF4 || text.size() < bytes) return {};
    char32_t point = lead & (0x7F >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        point = (point << 6) | (byte(i) & 0x3F);
    }
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[bytes] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {};
    return {point, bytes};
}

bool turns_direction(char32_t point) {
    return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0x200E ||
           point == 0x200F || point == 0x061C;
}

// Bytes of the escape sequence that the text begins with.
std::size_t escape_bytes(std::string_view text) {
    if (text.size() < 2) return text.size();
    std::size_t i = 2;
    if (text[1] == '[') {
        while (i < text.size() && (text[i] < 0x40 || text[i] > 0x7E) && text[i] >= 0x20) ++i;
        return std::min(text.size(), i + 1);
    }
    if (text[1] == ']' || text[1] == 'P' || text[1] == '_' || text[1] == '^') {
        while (i < text.size() && text[i] != '\a' && text[i] != '\n' && text[i] != 0x1B) ++i;
        return std::min(text.size(), text.substr(i).starts_with("\x1b\\") ? i + 2 : i + 1);
    }
    return static_cast<unsigned char>(text[1]) < 0x80 ? 2 : 1;
}

std::string sanitised(std::string_view text, bool keep_lines) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        if (text.front() == 0x1B) {
            text.remove_prefix(escape_bytes(text));
            continue;
        }
        const Decoded next = decode(text);
        const bool control = next.point < 0x20 || (next.point >= 0x7F && next.point < 0xA0);
        const bool line = next.point == '\n' || next.point == '\t';
        if (keep_lines && line) {
            out += text.front();
        } else if (control || next.point == 0x2028 || next.point == 0x2029) {
            if (!keep_lines || next.point >= 0x2028) out += ' ';
        } else if (next.point == kBad && next.bytes == 1) {
            out += "\xEF\xBF\xBD";
        } else if (!turns_direction(next.point)) {
            out += text.substr(0, next.bytes);
        }
        text.remove_prefix(next.bytes);
    }
    return out;
}

}  // namespace

int column_width(char32_t point) {
    if (point < 0x0300) return 1;
    if (within(kNoColumns, point)) return 0;
    return within(kTwoColumns, point) ? 2 : 1;
}

int columns(std::string_view text) {
    int out = 0;
    while (!text.empty()) {
        const Decoded next = decode(text);
        out += column_width(next.point);
        text.remove_prefix(next.bytes);
    }
    return out;
}

std::string one_line(std::string_view text) {
    const std::string clean = sanitised(text, false);
    std::string out;
    out.reserve(clean.size());
    for (const char c : clean)
        if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string printable(std::string_view text) {
    return sanitised(text, true);
}

std::string keep_head(std::string_view text, int width) {
    if (width <= 0) return "";
    if (columns(text) <= width) return std::string(text);
    const int room = width > 3 ? width - 3 : width;
    std::size_t end = 0;
    for (int used = 0; end < text.size();) {
        const Decoded next = decode(text.substr(end));
        used += column_width(next.point);
        if (used > room) break;
        end += next.bytes;
    }
    return std::string(text.substr(0, end)) + (width > 3 ? "..." : "");
}

std::string keep_tail(std::string_view text, int width) {
    if (width <= 0) return "";
    int over = columns(text) - width;
    if (over <= 0) return std::string(text);
    if (width > 3) over += 3;
    while (!text.empty() && over > 0) {
        const Decoded next = decode(text);
        over -= column_width(next.point);
        text.remove_prefix(next.bytes);
    }
    while (!text.empty() && column_width(decode(text).point) == 0) text.remove_prefix(decode(text).bytes);
    return (width > 3 ? "..." : "") + std::string(text);
}

std::string pad_right(std::string_view text, int width) {
    const int room = width - columns(text);
    return std::string(text) + std::string(static_cast<std::size_t>(std::max(0, room)), ' ');
}

std::string pad_left(std::string_view text, int width) {
    const int room = width - columns(text);
    return std::string(static_cast<std::size_t>(std::max(0, room)), ' ') + std::string(text);
}

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (std::size_t i = digits.size(); i > first + 3;) {
        i -= 3;
        digits.insert(i, ",");
    }
    return digits;
}

std::string seconds(double seconds) {
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string counted(std::int64_t number, std::string_view noun) {
    return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

}  // namespace retort::cli

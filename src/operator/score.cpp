#include "operator/score.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

#include "base/text.h"

namespace retort {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kDecoration = " \t\r\n*_`#$:={}()[]\\";
constexpr std::size_t kMostDigits = 16;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::string_view without_leading(std::string_view text, std::string_view characters) {
    text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
    return text;
}

// Takes the number at the beginning off the text: digits, and a fraction.
std::optional<double> take_number(std::string_view& text) {
    std::size_t end = std::min(text.find_first_not_of(kDigits), text.size());
    if (end == 0) return std::nullopt;
    if (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1]))
        end = std::min(text.find_first_not_of(kDigits, end + 1), text.size());
    if (end > kMostDigits) return std::nullopt;
    const double value = std::strtod(std::string(text.substr(0, end)).c_str(), nullptr);
    text.remove_prefix(end);
    return value;
}

// "/100", "out of 100", "of 100" behind a number; none: nothing of the kind stands there.
std::optional<double> take_scale(std::string_view& text) {
    for (const std::string_view word : {"/", "out of", "of"}) {
        std::string_view rest = without_leading(text, kDecoration);
        if (!rest.starts_with(word)) continue;
        rest = without_leading(rest.substr(word.size()), kDecoration);
        const auto scale = take_number(rest);
        if (!scale) continue;
        text = rest;
        return scale;
    }
    return std::nullopt;
}

std::optional<double> take_score(std::string_view& text) {
    text = without_leading(text, kDecoration);
    const auto value = take_number(text);
    if (!value) return std::nullopt;
    const auto scale = take_scale(text);
    const bool usual = !scale || *scale == 100;
    return usual && *value <= 100 ? value : std::nullopt;
}

// What follows a "score" that stands as a label.
std::optional<double> labelled(std::string_view after) {
    const std::string_view rest = without_leading(after, " \t*_`");
    if (rest.empty() || (rest.front() != ':' && rest.front() != '=')) return std::nullopt;
    std::string_view text = rest;
    return take_score(text);
}

std::optional<double> only_number(std::string_view line) {
    const std::size_t first = line.find_first_of(kDigits);
    if (first == std::string_view::npos || (first > 0 && (line[first - 1] == '-' || line[first - 1] == '.')))
        return std::nullopt;
    std::string_view rest = line.substr(first);
    const auto value = take_score(rest);
    return rest.find_first_of(kDigits) == std::string_view::npos ? value : std::nullopt;
}

}  // namespace

std::optional<double> parse_score(std::string_view reply) {
    constexpr std::string_view kLabel = "score";
    const std::string text = lower(trim(reply));
    for (std::size_t at = text.rfind(kLabel); at != std::string::npos;
         at = at == 0 ? std::string::npos : text.rfind(kLabel, at - 1))
        if (const auto score = labelled(std::string_view(text).substr(at + kLabel.size()))) return score;
    const auto newline = text.rfind('\n');
    return only_number(newline == std::string::npos ? text : std::string_view(text).substr(newline + 1));
}

}  // namespace retort

#include "verify/answer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace retort {
namespace {

constexpr std::size_t kLongestAnswer = 4096;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}
char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

std::string_view strip(std::string_view text, std::string_view characters) {
    const auto first = text.find_first_not_of(characters);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

std::optional<std::string> as_answer(std::string_view text) {
    const std::string_view stripped = strip(text, " \t\r\n\v\f");
    if (stripped.empty() || stripped.size() > kLongestAnswer) return std::nullopt;
    return std::string(stripped);
}

// The text between the brace at `open` and its partner; none when it is never closed.
std::optional<std::string_view> in_braces(std::string_view text, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '{') {
            ++depth;
        } else if (text[i] == '}' && --depth == 0) {
            return text.substr(open + 1, i - open - 1);
        }
    }
    return std::nullopt;
}

// Searches from the end; every box is scanned at most once, and a box that is never closed ends no other.
std::optional<std::string> last_box(std::string_view text) {
    constexpr int kMostTries = 64;  // boxes that are never closed, before giving up: keeps the time linear
    std::size_t end = text.size();
    for (int tries = 0; tries < kMostTries; ++tries) {
        const std::size_t at = std::string_view(text.data(), end).rfind("box");
        if (at == std::string_view::npos) return std::nullopt;
        std::size_t open = text.find_first_not_of("ed ", at + 3);
        const std::string_view before = text.substr(0, at);
        if (open < text.size() && text[open] == '{' && (before.ends_with('\\') || before.ends_with("\\f")))
            if (const auto inside = in_braces(text, open))
                if (auto answer = as_answer(*inside)) return answer;
        end = at;
    }
    return std::nullopt;
}

std::size_t rfind_ignoring_case(std::string_view text, std::string_view lower_needle) {
    const auto found = std::find_end(text.begin(), text.end(), lower_needle.begin(), lower_needle.end(),
                                     [](char a, char b) { return lower(a) == b; });
    return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

// Up to the line's end, or to a full stop that ends a sentence.
std::string_view sentence(std::string_view text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] == '.' && (i + 1 == line.size() || is_space(line[i + 1]))) return line.substr(0, i);
    return line;
}

std::optional<std::string> after_phrase(std::string_view text) {
    constexpr std::string_view kPhrase = "answer is";
    const std::size_t at = rfind_ignoring_case(text, kPhrase);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view rest = strip(text.substr(at + kPhrase.size()), " \t:\r\n*");
    return as_answer(strip(sentence(rest), " \t*$`"));
}

std::size_t number_start(std::string_view text, std::size_t last_digit) {
    std::size_t start = last_digit;
    while (start > 0 && (is_digit(text[start - 1]) ||
                         ((text[start - 1] == '.' || text[start - 1] == ',' || text[start - 1] == '/') && start > 1 &&
                          is_digit(text[start - 2]))))
        --start;
    const bool minus = start > 0 && text[start - 1] == '-';
    const bool operand_before = start > 1 && (std::isalnum(static_cast<unsigned char>(text[start - 2])) != 0);
    return minus && !operand_before ? start - 1 : start;
}

std::optional<std::string> last_number(std::string_view text) {
    const auto last = text.find_last_of("0123456789");
    if (last == std::string_view::npos) return std::nullopt;
    const std::size_t start = number_start(text, last);
    return as_answer(text.substr(start, last - start + 1));
}

void erase_all(std::string& text, std::string_view what) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
        text.erase(at, what.size());
}

// \text{abc} becomes abc; the wrappers do not nest in practice, and what stays is still compared.
void unwrap(std::string& text, std::string_view command) {
    const std::string opening = std::string(command) + "{";
    for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at)) {
        const auto inside = in_braces(text, at + command.size());
        if (!inside) return;
        const std::string content(*inside);
        text.replace(at, opening.size() + content.size() + 1, content);
    }
}

bool is_plain_decimal(std::string_view text) {
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    const auto points = std::count(text.begin(), text.end(), '.');
    const auto digits = std::count_if(text.begin(), text.end(), is_digit);
    return digits > 0 && points <= 1 && digits + points == static_cast<std::ptrdiff_t>(text.size());
}

std::string canonical_decimal(std::string_view text) {
    const bool negative = text[0] == '-';
    if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
    const auto point = text.find('.');
    std::string_view whole = text.substr(0, point);
    std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
    std::string out = whole.empty() ? "0" : std::string(whole);
    if (!fraction.empty()) out += "." + std::string(fraction);
    return negative && out != "0" ? "-" + out : out;
}

// "1,234,567" is a number with separators; "1,2" is a list and stays.
void drop_thousands_separators(std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool separator = text[i] == ',' && i > 0 && is_digit(text[i - 1]) && i + 3 < text.size() &&
                               is_digit(text[i + 1]) && is_digit(text[i + 2]) && is_digit(text[i + 3]) &&
                               (i + 4 == text.size() || !is_digit(text[i + 4]));
        if (!separator) out += text[i];
    }
    text = std::move(out);
}

}  // namespace

std::optional<std::string> extract_answer(std::string_view text) {
    if (auto answer = last_box(text)) return answer;
    if (auto answer = after_phrase(text)) return answer;
    return last_number(text);
}

std::string normalise_answer(std::string_view answer) {
    std::string out(answer.substr(0, kLongestAnswer));
    out.erase(std::remove_if(out.begin(), out.end(), is_space), out.end());
    for (const std::string_view spacing :
         {"$", "\\!", "\\,", "\\;", "\\:", "\\left", "\\right", "\\displaystyle", "**"})
        erase_all(out, spacing);
    for (const std::string_view wrapper : {"\\text", "\\mathrm", "\\textbf", "\\mathbf", "\\boxed"})
        unwrap(out, wrapper);
    for (const auto& [from, to] :
         std::array<std::pair<std::string_view, std::string_view>, 2>{{{"\\dfrac", "\\frac"}, {"\\tfrac", "\\frac"}}})
        for (std::size_t at = out.find(from); at != std::string::npos; at = out.find(from, at))
            out.replace(at, from.size(), to);
    drop_thousands_separators(out);
    while (!out.empty() && (out.back() == '.' || out.back() == ',' || out.back() == ';')) out.pop_back();
    return is_plain_decimal(out) ? canonical_decimal(out) : out;
}

}  // namespace retort

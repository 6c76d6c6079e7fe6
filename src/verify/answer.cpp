#include "verify/answer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "verify/math/parser.h"
#include "verify/text.h"

namespace retort {
namespace {

constexpr std::size_t kLongestAnswer = 4096;
constexpr std::size_t kLongestBareValue = 600;  // a longer text is one to look into
constexpr std::size_t kLongestProse = 80;
constexpr int kMostSpans = 16;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::optional<std::string> as_answer(std::string_view text) {
    const std::string_view stripped = strip(text, " \t\r\n\v\f");
    if (stripped.empty() || stripped.size() > kLongestAnswer) return std::nullopt;
    return std::string(stripped);
}

// A list of which one element is a clause: "the number is seven, 7".
bool is_prose(const math::Expr& e) {
    return e.kind == math::Kind::list && std::any_of(e.args.begin(), e.args.end(), [](const math::Expr& element) {
               return element.kind == math::Kind::words &&
                      std::count(element.text.begin(), element.text.end(), ' ') > 1;
           });
}

// Maths that says something: not a word, and not a number of a heading.
bool is_maths(std::string_view text) {
    if (text.size() > kLongestBareValue) return false;
    const auto parsed = math::parse(text);
    return parsed && parsed->kind != math::Kind::words && !is_prose(*parsed);
}

// --- spans of maths: $...$, \(...\), \[...\] ---

struct Span {
    std::string_view inside;
    std::size_t begin;
};

std::optional<Span> between(std::string_view text, std::string_view open, std::string_view close, std::size_t end) {
    const std::size_t closed = text.substr(0, end).rfind(close);
    if (closed == std::string_view::npos || closed == 0) return std::nullopt;
    const std::size_t opened = text.substr(0, closed).rfind(open);
    if (opened == std::string_view::npos) return std::nullopt;
    return Span{text.substr(opened + open.size(), closed - opened - open.size()), opened};
}

std::optional<std::string> last_span(std::string_view text) {
    std::optional<Span> best;
    for (const auto& [open, close] : std::array<std::pair<std::string_view, std::string_view>, 4>{
             {{"$$", "$$"}, {"$", "$"}, {"\\(", "\\)"}, {"\\[", "\\]"}}}) {
        std::size_t end = text.size();
        for (int i = 0; i < kMostSpans; ++i) {
            const auto span = between(text, open, close, end);
            if (!span || (best && span->begin < best->begin)) break;
            if (is_maths(span->inside)) {
                best = span;
                break;
            }
            end = span->begin + open.size();
            if (end == 0 || open == close) end = span->begin;
        }
    }
    return best ? as_answer(best->inside) : std::nullopt;
}

// --- bold ---

std::optional<std::string> last_bold(std::string_view text) {
    std::size_t end = text.size();
    for (int i = 0; i < kMostSpans; ++i) {
        const auto span = between(text, "**", "**", end);
        if (!span) return std::nullopt;
        const bool digits = span->inside.find_first_of("0123456789") != std::string_view::npos;
        if (digits && span->inside.size() < 100 && !span->inside.ends_with(':') && is_maths(span->inside))
            return as_answer(span->inside);
        end = span->begin;
    }
    return std::nullopt;
}

// --- numbers ---

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
    std::size_t end = last + 1;
    if (text.substr(end).starts_with('%')) end += 1;
    if (text.substr(end).starts_with("\\%")) end += 2;
    return as_answer(text.substr(start, end - start));
}

std::optional<std::string> first_number(std::string_view text) {
    const auto first = text.find_first_of("0123456789");
    if (first == std::string_view::npos) return std::nullopt;
    std::size_t end = first;
    while (end < text.size() && (is_digit(text[end]) || ((text[end] == '.' || text[end] == ',' || text[end] == '/') &&
                                                         end + 1 < text.size() && is_digit(text[end + 1]))))
        ++end;
    if (text.substr(end).starts_with('%')) ++end;
    const bool minus = first > 0 && text[first - 1] == '-' && (first == 1 || is_space(text[first - 2]));
    return as_answer(text.substr(first - (minus ? 1 : 0), end - first + (minus ? 1 : 0)));
}

// The last fraction written in TeX outside of any dollar signs, when no number comes after it.
std::optional<std::string> last_fraction(std::string_view text) {
    const std::size_t at = text.rfind("\\frac");
    if (at == std::string_view::npos) return std::nullopt;
    std::size_t end = at + 5;
    for (int part = 0; part < 2; ++part) {
        if (end >= text.size() || text[end] != '{') return std::nullopt;
        int depth = 0;
        for (; end < text.size(); ++end) {
            if (text[end] == '{') ++depth;
            if (text[end] == '}' && --depth == 0) break;
        }
        ++end;
    }
    if (end > text.size() || text.substr(end).find_first_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    return as_answer(text.substr(at, end - at));
}

// --- after a phrase ---

std::optional<std::string> in_phrase(std::string_view rest) {
    const std::string_view said = strip(sentence(rest), " \t*`\"");
    const std::string_view bare = strip(said, " \t$,;");
    if (is_maths(bare)) return as_answer(bare);
    if (auto span = last_span(said)) return span;
    if (auto bold = last_bold(rest)) return bold;
    if (auto fraction = last_fraction(said)) return fraction;
    if (auto number = first_number(said)) return number;
    if (said.size() <= kLongestProse) return as_answer(bare);
    return std::nullopt;
}

// One line without a word of prose. It may hold what is not understood, and is then no less the answer than its last
// number would be.
bool is_formula(std::string_view text) {
    if (text.size() > kLongestBareValue || text.find('\n') != std::string_view::npos) return false;
    if (text.find('\\') == std::string_view::npos) return false;
    std::size_t letters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            while (i + 1 < text.size() && std::isalpha(static_cast<unsigned char>(text[i + 1])) != 0) ++i;
            letters = 0;
            continue;
        }
        const auto byte = static_cast<unsigned char>(text[i]);
        letters = std::isalpha(byte) != 0 || byte >= 0x80 ? letters + 1 : 0;
        if (letters > 2) return false;
    }
    return true;
}

std::optional<std::string> bare_value(std::string_view text) {
    const std::string_view stripped = strip(text, " \t\r\n");
    return is_maths(stripped) || is_formula(stripped) ? as_answer(stripped) : std::nullopt;
}

// "so $m$ equals -2": a letter alone is named, and the value comes after it.
bool names_only(const std::string& span, std::string_view text) {
    const bool letter = span.size() == 1 && std::isalpha(static_cast<unsigned char>(span[0])) != 0;
    const std::size_t at = letter ? text.rfind("$" + span + "$") : std::string_view::npos;
    return at != std::string_view::npos && text.find_first_of("0123456789", at) != std::string_view::npos;
}

void erase_all(std::string& text, std::string_view what) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
        text.erase(at, what.size());
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
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

}  // namespace

std::optional<std::string> extract_answer(std::string_view text) {
    if (const auto box = boxed_content(text))
        if (auto answer = as_answer(*box)) return answer;
    if (const auto rest = after_answer_phrase(text))
        if (auto answer = in_phrase(*rest)) return answer;
    if (auto value = bare_value(text)) return value;
    if (auto bold = last_bold(text)) return bold;
    if (auto span = last_span(text); span && !names_only(*span, text)) return span;
    if (auto fraction = last_fraction(text)) return fraction;
    return last_number(text);
}

std::string normalise_answer(std::string_view answer) {
    std::string out(answer.substr(0, kLongestAnswer));
    out.erase(std::remove_if(out.begin(), out.end(), is_space), out.end());
    for (const std::string_view spacing :
         {"$", "\\!", "\\,", "\\;", "\\:", "\\left", "\\right", "\\displaystyle", "**"})
        erase_all(out, spacing);
    for (const std::string_view fraction : {"\\dfrac", "\\tfrac"}) replace_all(out, fraction, "\\frac");
    while (!out.empty() && (out.back() == '.' || out.back() == ',' || out.back() == ';')) out.pop_back();
    return is_plain_decimal(out) ? canonical_decimal(out) : out;
}

}  // namespace retort

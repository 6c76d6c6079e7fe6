#include "verify/verdict.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "verify/answer.h"
#include "verify/choice.h"
#include "verify/math/caches.h"
#include "verify/math/compare.h"
#include "verify/math/parser.h"
#include "verify/text.h"

namespace retort {
namespace {

using math::Commas;

constexpr std::size_t kLongestParsed = 4096;
constexpr std::size_t kLongestClause = 300, kLongestProse = 4 * kLongestParsed;

Comparison unparsed() {
    return {Verdict::unknown, VerifyStage::unparsed};
}

Comparison as_comparison(math::Judged judged) {
    return {judged.verdict, judged.stage};
}

// An unknown that would be something else without rounding is told before one that would not.
int rank(Comparison c) {
    if (c.verdict == Verdict::unknown) return c.stage == VerifyStage::rounding ? 1 : 0;
    return c.verdict == Verdict::different ? 2 : 3;
}

// "1,234" is a number, a pair, or in other countries one and a bit: whichever reading makes the two equal is meant.
bool has_ambiguous_comma(std::string_view text) {
    for (std::size_t i = 1; i + 1 < text.size(); ++i)
        if (text[i] == ',' && std::isdigit(static_cast<unsigned char>(text[i - 1])) != 0 &&
            std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0)
            return true;
    return false;
}

// One number with one comma before one or two digits: "1,22".
bool may_be_decimal_comma(std::string_view text) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos || text.find(',', comma + 1) != std::string_view::npos) return false;
    std::size_t digits = comma + 1;
    while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) ++digits;
    const std::size_t count = digits - comma - 1;
    return (count == 1 || count == 2) && text.find_first_of("({[;") == std::string_view::npos;
}

std::vector<math::Expr> readings(std::string_view text) {
    std::vector<math::Expr> out;
    std::vector<Commas> ways{Commas::group_thousands};
    if (has_ambiguous_comma(text)) ways.push_back(Commas::separate);
    if (may_be_decimal_comma(text)) ways.push_back(Commas::decimal);
    for (const Commas commas : ways)
        if (auto parsed = math::parse(text, commas)) out.push_back(std::move(*parsed));
    return out;
}

bool is_word_byte(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

// Commands that wrap words or lay them out say nothing of their own.
bool is_layout(std::string_view command) {
    static constexpr std::array<std::string_view, 10> kLayout = {"text",   "textbf", "mathrm", "mbox",   "boxed",
                                                                 "textit", "left",   "right",  "mathbf", "quad"};
    return std::find(kLayout.begin(), kLayout.end(), command) != kLayout.end();
}

bool may_be_maths(std::string_view text) {
    return text.find_first_of("0123456789\\=<>^") != std::string_view::npos;
}

// Words as spelled: lower case, letters and digits; what may be maths keeps its signs and brackets too.
std::string spelled(std::string_view text, bool maths) {
    const std::string_view kept = maths ? "+-*/^=<>!|()[].,:;" : "+-*/^=<>!|";
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\') {
            const std::size_t end = std::min(
                text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", i + 1), text.size());
            if (is_layout(text.substr(i + 1, end - i - 1))) i = end - 1;
        } else if (is_word_byte(c) || kept.find(c) != std::string_view::npos) {
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    while (!out.empty() && (out.back() == '.' || out.back() == ',')) out.pop_back();
    return out;
}

std::string_view without_article(std::string_view text) {
    text = strip(text, " \t\r\n$*_`");
    for (const std::string_view article : {"the ", "an ", "a ", "The ", "An ", "A "})
        if (text.starts_with(article)) return text.substr(article.size());
    return text;
}

Comparison compare_words(std::string_view a, std::string_view b) {
    const bool maths = may_be_maths(a) && may_be_maths(b);
    const std::string x = spelled(without_article(a), maths), y = spelled(without_article(b), maths);
    if (!x.empty() && x == y) return {Verdict::equal, VerifyStage::words};
    return {Verdict::unknown, VerifyStage::unparsed};
}

Comparison compare_parsed(std::string_view reference, std::string_view answer) {
    const auto references = readings(reference), answers = readings(answer);
    if (references.empty() || answers.empty()) return compare_words(reference, answer);
    math::free_caches_when_this_thread_ends();
    Comparison best{Verdict::unknown, VerifyStage::unparsed};
    // Shares, not what is left: the order in which readings are tried changes nothing.
    const std::int64_t each = math::kAllSteps / static_cast<std::int64_t>(references.size() * answers.size());
    for (const auto& a : references) {
        for (const auto& b : answers) {
            math::Fuel fuel(each);
            const Comparison here = as_comparison(math::compare(a, b, fuel));
            if (rank(here) > rank(best)) best = here;
            if (best.verdict == Verdict::equal) return best;
        }
    }
    return rank(best) == 0 ? compare_words(reference, answer) : best;
}

bool blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\v\f$.") == std::string_view::npos;
}

// Words alone are no answer to extract, but may be one to compare: "no solution".
Comparison compare_prose(std::string_view wanted, std::string_view text) {
    if (text.size() <= kLongestClause) return compare_values(wanted, text);
    return text.size() <= kLongestProse ? compare_words(wanted, text) : unparsed();
}

// "all $n$ with $p > 3$": prose around several formulas is more than the last of them.
bool is_prose_with_formulas(std::string_view text) {
    return std::count(text.begin(), text.end(), '$') > 2 && !boxed_content(text) && !after_answer_phrase(text) &&
           !math::parse(text.substr(0, kLongestParsed));
}

// The reference itself may be a whole text, with its answer in a box or after a phrase.
std::string value_in(std::string_view text) {
    if (is_prose_with_formulas(text)) return std::string(text.substr(0, kLongestParsed));
    if (auto found = extract_answer(text)) return std::move(*found);
    return std::string(text.substr(0, kLongestParsed));
}

}  // namespace

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::equal:
            return "equal";
        case Verdict::different:
            return "different";
        case Verdict::unknown:
            return "unknown";
    }
    return "unknown";
}

std::string_view name(VerifyStage stage) {
    static constexpr std::array<std::string_view, 14> kNames = {
        "missing", "normalised", "structure", "rational", "rounding", "ball",  "polynomial",
        "points",  "collection", "interval",  "equation", "choice",   "words", "unparsed"};
    return kNames.at(static_cast<std::size_t>(stage));
}

Comparison compare_values(std::string_view reference, std::string_view answer) {
    if (blank(reference)) return {Verdict::unknown, VerifyStage::missing};
    if (blank(answer)) return {Verdict::different, VerifyStage::missing};
    const bool long_one = reference.size() > kLongestParsed || answer.size() > kLongestParsed;
    if (long_one)
        return reference == answer ? Comparison{Verdict::equal, VerifyStage::normalised}
                                   : Comparison{Verdict::unknown, VerifyStage::unparsed};
    if (normalise_answer(reference) == normalise_answer(answer)) return {Verdict::equal, VerifyStage::normalised};
    return compare_parsed(reference, answer);
}

Comparison judge(std::string_view reference, std::string_view text) {
    if (blank(reference)) return {Verdict::unknown, VerifyStage::missing};
    if (blank(text)) return {Verdict::different, VerifyStage::missing};
    const std::string wanted = value_in(reference);
    if (const auto letter = choice_letter(reference, wanted)) {
        const auto chosen = chosen_letter(text);
        if (chosen) return {*chosen == *letter ? Verdict::equal : Verdict::different, VerifyStage::choice};
    }
    const auto answer = extract_answer(text);
    if (!answer) return compare_prose(wanted, text);
    return compare_values(wanted, *answer);
}

}  // namespace retort

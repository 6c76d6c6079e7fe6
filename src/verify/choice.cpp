#include "verify/choice.h"

#include <array>
#include <cctype>

#include "verify/text.h"

namespace retort {
namespace {

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
char upper(char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
}

std::string_view without_wrappers(std::string_view text) {
    for (const std::string_view wrapper : {"\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{", "\\boxed{"}) {
        const std::size_t at = text.find(wrapper);
        if (at == 0 && text.ends_with('}'))
            return without_wrappers(text.substr(wrapper.size(), text.size() - wrapper.size() - 1));
    }
    return text;
}

// "\textbf{(A)}\ 12", "\text{(A) 12}".
std::optional<char> wrapped_letter(std::string_view text) {
    for (const std::string_view wrapper : {"\\text{(", "\\textbf{(", "\\mathrm{(", "\\mathbf{("})
        if (text.starts_with(wrapper) && text.size() > wrapper.size() + 1 && is_letter(text[wrapper.size()]) &&
            text[wrapper.size() + 1] == ')')
            return upper(text[wrapper.size()]);
    constexpr std::string_view kInside = "(\\text{";  // "(\text{B})"
    if (text.starts_with(kInside) && text.size() == kInside.size() + 3 && text.ends_with("})") &&
        is_letter(text[kInside.size()]))
        return upper(text[kInside.size()]);
    return std::nullopt;
}

// "C", "(C)", "C.", "(C) Cecile": the letter and whether nothing but brackets stands beside it.
std::optional<char> leading_letter(std::string_view text) {
    text = without_wrappers(strip(text, " \t\r\n$*"));
    if (const auto letter = wrapped_letter(text)) return letter;
    const bool bracket = text.starts_with('(');
    if (bracket) text.remove_prefix(1);
    if (text.empty() || !is_letter(text[0])) return std::nullopt;
    const char letter = upper(text[0]);
    std::string_view rest = text.substr(1);
    if (bracket) return rest.starts_with(')') ? std::optional(letter) : std::nullopt;
    if (rest.empty() || rest == "." || rest == ")") return letter;
    const bool capital = text[0] == letter && letter >= 'A' && letter <= 'J';
    const bool named = (rest[0] == ' ' || rest.starts_with(". ") || rest.starts_with(") ")) && rest.size() > 2;
    // "C Cecile", but neither "A cat sat there" nor "C + 1".
    const std::size_t word = rest.find_first_not_of(" .)");
    const bool title = word != std::string_view::npos && std::isupper(static_cast<unsigned char>(rest[word])) != 0;
    return capital && named && title ? std::optional(letter) : std::nullopt;
}

bool alone(std::string_view text, std::size_t at) {
    const auto part_of_word = [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '\'' || c == '\\'; };
    if (at > 0 && part_of_word(text[at - 1])) return false;
    return at + 1 >= text.size() || !part_of_word(text[at + 1]);
}

// "A cat", "I think": letters that are words of their own.
bool is_article(std::string_view text, std::size_t at) {
    if (text[at] == 'I') return true;
    if (text[at] != 'A') return false;
    return at + 2 < text.size() && text[at + 1] == ' ' && std::islower(static_cast<unsigned char>(text[at + 2])) != 0;
}

bool negated(std::string_view text, std::size_t at) {
    const std::string_view before = strip(text.substr(0, at), " \t(");
    return before.ends_with("not") || before.ends_with("be") || before.ends_with("不是") || before.ends_with("non") ||
           before.ends_with(" or");
}

std::optional<char> letter_in(std::string_view text, bool from_end) {
    std::optional<char> out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c < 'A' || c > 'Z' || !alone(text, at) || is_article(text, at) || negated(text, at)) continue;
        out = c;
        if (!from_end) break;
    }
    return out;
}

}  // namespace

std::optional<char> choice_letter(std::string_view reference, std::string_view value) {
    if (const auto letter = leading_letter(value)) return letter;
    const std::size_t line = reference.rfind('\n');
    if (const auto letter = leading_letter(reference)) return letter;
    return line == std::string_view::npos ? std::nullopt : leading_letter(reference.substr(line + 1));
}

std::optional<char> chosen_letter(std::string_view text) {
    if (const auto letter = leading_letter(text)) return letter;
    if (const auto box = boxed_content(text)) return leading_letter(*box);
    if (const auto rest = after_answer_phrase(text)) {
        if (const auto letter = leading_letter(*rest)) return letter;
        if (const auto letter = letter_in(sentence(*rest), false)) return letter;
    }
    // "B. It can't be A": a text that begins with its letter.
    const std::string_view body = strip(text, " \t\r\n$*(");
    if (!body.empty() && body[0] >= 'A' && body[0] <= 'Z' && alone(body, 0) && !is_article(body, 0)) return body[0];
    return letter_in(text, true);
}

}  // namespace retort

#include "verify/countdown_question.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

#include "verify/kinds/number_game.h"

namespace retort {
namespace {

constexpr std::size_t kMostBytes = 4096;

// Words right before the target; what may stand between them and it is skipped.
constexpr std::array<std::string_view, 15> kBeforeTarget{"make",      "makes",  "making",  "reach", "reaches",
                                                         "get",       "gets",   "getting", "equal", "equals",
                                                         "equalling", "target", "give",    "gives", "form"};
constexpr std::array<std::string_view, 6> kSkipped{"to", "of", "is", "the", "number", "target"};

struct Token {
    enum class Kind { word, number, equals, other } kind = Kind::other;
    std::string_view text;
    std::int64_t value = 0;
};

template <class Words>
bool is_one_of(const Words& words, std::string_view word) {
    return std::any_of(words.begin(), words.end(), [word](std::string_view one) {
        return std::equal(one.begin(), one.end(), word.begin(), word.end(),
                          [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
    });
}

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

template <class Belongs>
std::string_view run_from(std::string_view text, Belongs belongs) {
    const auto end = std::find_if_not(text.begin(), text.end(), belongs);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// The first token of the text. A number that runs into letters, a point with digits or an operator is "other".
std::optional<Token> number_at(std::string_view text) {
    const std::string_view digits = run_from(text, is_digit);
    Token out{Token::Kind::number, digits, 0};
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out.value);
    if (failed != std::errc() || out.value > kGreatestNumber) return std::nullopt;
    const std::string_view rest = text.substr(digits.size());
    if (!rest.empty() && is_letter(rest[0])) return std::nullopt;
    if (rest.size() > 1 && rest[0] == '.' && is_digit(rest[1])) return std::nullopt;
    return out;
}

// Nothing where a number is none of the game's.
std::optional<std::vector<Token>> tokens_of(std::string_view text) {
    std::vector<Token> out;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        Token token{Token::Kind::other, rest.substr(0, 1), 0};
        if (is_digit(rest[0])) {
            const auto number = number_at(rest);
            if (!number) return std::nullopt;
            token = *number;
        } else if (is_letter(rest[0])) {
            token = {Token::Kind::word, run_from(rest, is_letter), 0};
        } else if (rest[0] == '=') {
            token.kind = Token::Kind::equals;
        }
        at += token.text.size();
        if (!std::isspace(static_cast<unsigned char>(token.text[0]))) out.push_back(token);
    }
    return out;
}

// A sum like "3 + 4", or a number with a sign: it is something else that is asked.
bool computes(const std::vector<Token>& tokens) {
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        const bool operation = tokens[i].kind == Token::Kind::other && tokens[i].text.find_first_of("+-*/^%") == 0;
        if (operation && tokens[i + 1].kind == Token::Kind::number) return true;
    }
    return false;
}

bool names_target(const Token& token) {
    return token.kind == Token::Kind::equals ||
           (token.kind == Token::Kind::word && is_one_of(kBeforeTarget, token.text));
}

bool is_skipped(const Token& token) {
    return token.kind == Token::Kind::equals || token.text == ":" ||
           (token.kind == Token::Kind::word && is_one_of(kSkipped, token.text));
}

// Places of numbers that a word or "=" names as the target.
std::vector<std::size_t> named_targets(const std::vector<Token>& tokens) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (!names_target(tokens[i])) continue;
        std::size_t at = i + 1;
        while (at < tokens.size() && is_skipped(tokens[at])) ++at;
        if (at < tokens.size() && tokens[at].kind == Token::Kind::number && (out.empty() || out.back() != at))
            out.push_back(at);
    }
    return out;
}

bool has_words(const std::vector<Token>& tokens) {
    return std::any_of(tokens.begin(), tokens.end(), [](const Token& one) { return one.kind == Token::Kind::word; });
}

std::optional<std::size_t> target_in(const std::vector<Token>& tokens) {
    const std::vector<std::size_t> named = named_targets(tokens);
    if (named.size() == 1) return named.front();
    if (!named.empty() || has_words(tokens)) return std::nullopt;
    for (std::size_t i = tokens.size(); i-- > 0;) {
        if (tokens[i].kind == Token::Kind::number) return i;
        if (tokens[i].kind == Token::Kind::equals) return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::string CountdownQuestion::line() const {
    return nlohmann::ordered_json{{"kind", "countdown"}, {"numbers", numbers}, {"target", target}}.dump();
}

std::optional<CountdownQuestion> read_countdown_question(std::string_view text) {
    if (text.size() > kMostBytes) return std::nullopt;
    const auto tokens = tokens_of(text);
    if (!tokens || computes(*tokens)) return std::nullopt;
    const auto target = target_in(*tokens);
    if (!target) return std::nullopt;
    CountdownQuestion out;
    out.target = (*tokens)[*target].value;
    for (std::size_t i = 0; i < tokens->size(); ++i)
        if (i != *target && (*tokens)[i].kind == Token::Kind::number) out.numbers.push_back((*tokens)[i].value);
    if (out.numbers.size() < 2 || out.numbers.size() > kMostNumbers) return std::nullopt;
    return out;
}

}  // namespace retort

#include "verify/math/lexer.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "verify/math/words.h"

namespace retort::math {
namespace {

constexpr std::size_t kMostTokens = 4096;
constexpr std::size_t kLongestProduct = 3;  // letters in a row that are a product of variables, not a word

bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f' || c == '\0';
}

class Lexer {
  public:
    Lexer(std::string_view text, Commas commas) : text_(text), commas_(commas) {}

    std::vector<Token> run() {
        while (at_ < text_.size() && tokens_.size() <= kMostTokens) step();
        if (tokens_.size() > kMostTokens) tokens_.clear();
        return std::move(tokens_);
    }

  private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    bool next_is(std::string_view what) const { return text_.substr(at_).starts_with(what); }

    void push(TokenKind kind, std::string text) {
        tokens_.push_back({kind, std::move(text), std::exchange(space_, false), {}});
    }
    void punctuation(std::string text, std::size_t length) {
        at_ += length;
        push(TokenKind::punctuation, std::move(text));
    }

    void step() {
        const char c = peek();
        if (blank(c)) {
            space_ = true;
            ++at_;
        } else if (digit(c) || (c == '.' && digit(peek(1)) && !next_is("..")))
            number();
        else if (c == '\\')
            command();
        else if (letter(c))
            letters();
        else if (static_cast<unsigned char>(c) >= 0x80)
            foreign_word();
        else
            character();
    }

    // --- numbers ---

    bool separates_thousands(std::size_t length) const {
        const auto is_digit = [&](std::size_t ahead) { return digit(peek(length + ahead)); };
        return is_digit(0) && is_digit(1) && is_digit(2) && !is_digit(3);
    }

    // Bytes of a separator between groups of digits that begins here; 0 when none does.
    std::size_t separator(std::size_t digits_before) const {
        for (const std::string_view spelled : {"{,}", ",\\!", "\\,", "\\;", "\\ ", "{\\,}", "~"})
            if (next_is(spelled) && separates_thousands(spelled.size())) return spelled.size();
        if (digits_before > 3) return 0;
        if (commas_ == Commas::group_thousands && depth_ == 0 && peek() == ',' && separates_thousands(1)) return 1;
        if (peek() == ' ' && digits_before <= 3 && separates_thousands(1) && depth_ == 0) return 1;
        return 0;
    }

    void digits_into(std::string& out) {
        while (digit(peek())) out += text_[at_++];
    }

    void number() {
        std::string out;
        digits_into(out);
        const bool leading_zero = out.starts_with('0');
        for (std::size_t length = 0;
             !out.empty() && !leading_zero && (length = separator(out.size() > 3 ? 3 : out.size())) > 0;) {
            at_ += length;
            digits_into(out);
        }
        const bool comma = commas_ == Commas::decimal && peek() == ',' && digit(peek(1)) && depth_ == 0;
        if ((peek() == '.' && digit(peek(1))) || comma) {
            ++at_;
            out += '.';
            digits_into(out);
        } else if (next_is(".\\overline") || next_is(".\\dot{") || (next_is(".(") && digit(peek(2)))) {
            ++at_;
            out += '.';
        }
        exponent_into(out);
        push(TokenKind::number, std::move(out));
        repeating();
    }

    void exponent_into(std::string& out) {
        if (peek() != 'e' && peek() != 'E') return;
        const std::size_t sign = peek(1) == '-' || peek(1) == '+' ? 1 : 0;
        if (!digit(peek(1 + sign))) return;
        at_ += 1;
        out += 'e';
        if (sign > 0) out += text_[at_++];
        digits_into(out);
    }

    // The period of a decimal: 0.1\overline{6}, 0.\dot{1}\dot{6}, 0.(3), 0.1666...
    void repeating() {
        if (tokens_.back().text.find('.') == std::string::npos) return;
        std::string period;
        while (next_is("\\dot{") && digit(peek(5)) && peek(6) == '}') {
            period += peek(5);
            at_ += 7;
        }
        for (const std::string_view open : {"\\overline{", "("}) {
            if (!period.empty() || !next_is(open) || (open == "(" && !tokens_.back().text.ends_with('.'))) continue;
            const std::size_t start = at_ + open.size();
            const std::size_t end = std::min(text_.find_first_not_of("0123456789", start), text_.size());
            if (end == start || end == text_.size() || text_[end] != (open == "(" ? ')' : '}')) continue;
            period = text_.substr(start, end - start);
            at_ = end + 1;
        }
        if (period.empty()) period = going_on();
        tokens_.back().repeating = std::move(period);
    }

    // "0.333..." goes on as it began; of "3.14..." nothing is known but its digits.
    std::string going_on() {
        const std::size_t dots = next_is("...") ? 3 : next_is("\\ldots") ? 6 : next_is("\\dots") ? 5 : 0;
        if (dots == 0) return {};
        at_ += dots;
        const std::string& number = tokens_.back().text;
        const std::string_view digits = std::string_view(number).substr(number.find('.') + 1);
        for (std::size_t length = 1; length <= digits.size() / 2; ++length) {
            const std::string_view last = digits.substr(digits.size() - length);
            const std::size_t times = length == 1 ? 3 : 2;
            bool same = digits.size() >= times * length;
            for (std::size_t i = 1; same && i <= times; ++i)
                same = digits.substr(digits.size() - i * length, length) == last;
            if (same) return std::string(last);
        }
        return {};
    }

    // --- letters ---

    void letters() {
        const std::size_t start = at_;
        while (letter(peek())) ++at_;
        const std::string_view run = text_.substr(start, at_ - start);
        if (run == "U" && stands_between_sets(start)) return push(TokenKind::punctuation, "union");
        if (run == "x" && stands_between_numbers()) return push(TokenKind::punctuation, "*");
        if (run.size() == 1 && (!text_mode_ || is_upright_constant(start)))
            return push(TokenKind::symbol, std::string(run));
        std::string lower(run);
        std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
        if (const auto meaning = word_meaning(lower)) return push(*meaning);
        if (const auto meaning = word_meaning(run)) return push(*meaning);
        if (text_mode_ || unit_meaning(lower) || is_common_word(lower) || run.size() > kLongestProduct)
            return word(lower);
        at_ = start + 1;  // a product of variables
        push(TokenKind::symbol, std::string(1, run.front()));
    }

    // "2 x 10^3"; the letter itself has been read.
    bool stands_between_numbers() const {
        const std::size_t next = text_.find_first_not_of(' ', at_);
        return !tokens_.empty() && tokens_.back().kind == TokenKind::number && next < text_.size() &&
               digit(text_[next]);
    }

    // "[1, 2] U [3, 4]"
    bool stands_between_sets(std::size_t at) const {
        const std::size_t before = at == 0 ? at : text_.find_last_not_of(' ', at - 1);
        const std::size_t after = text_.find_first_not_of(' ', at_);
        return before < at && after < text_.size() && std::string_view(")]}").find(text_[before]) < 3 &&
               std::string_view("([{\\").find(text_[after]) < 4;
    }

    // \mathrm{e} and \mathrm{i} alone in their braces.
    bool is_upright_constant(std::size_t at) const {
        return (text_[at] == 'e' || text_[at] == 'i') && at > 0 && text_[at - 1] == '{' && at + 1 == text_.size();
    }

    void word(const std::string& lower) {
        // A letter in a text wrapper, as in \mathrm{e}, is a word: whether it is a unit or a name is the parser's to
        // say.
        push(TokenKind::word, lower);
    }

    void push(const Meaning& meaning) {
        switch (meaning.kind) {
            case Meaning::function:
                return push(TokenKind::function, std::string(meaning.text));
            case Meaning::symbol:
                return push(TokenKind::symbol, std::string(meaning.text));
            default:
                return push(TokenKind::punctuation, std::string(meaning.text));
        }
    }

    void foreign_word() {
        const std::size_t start = at_;
        while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) >= 0x80) ++at_;
        push(TokenKind::word, std::string(text_.substr(start, at_ - start)));
    }

    // --- commands ---

    void command() {
        // A backslash doubled by escaping: "\\frac" is \frac, but in a matrix "\\" ends a row.
        if (peek(1) == '\\') {
            if (systems_ > 0) return punctuation(",", 2);
            if (matrices_ == 0 && letter(peek(2))) {
                ++at_;
                return;
            }
            return matrices_ > 0 ? punctuation("row", 2) : skip(2);
        }
        if (!letter(peek(1))) return symbol_command();
        const std::size_t start = ++at_;
        while (letter(peek())) ++at_;
        named_command(text_.substr(start, at_ - start));
    }

    void skip(std::size_t bytes) {
        at_ += bytes;
        space_ = true;
    }

    void symbol_command() {
        switch (peek(1)) {
            case '{':
                return punctuation("set{", 2);
            case '}':
                return punctuation("}set", 2);
            case '%':
                return punctuation("%", 2);
            case '|':
                return punctuation("|", 2);
            default:
                return skip(2);  // spacing, \( and \[, \$ and what is escaped without need
        }
    }

    void named_command(std::string_view name) {
        if (name == "begin" || name == "end") return environment(name);
        Meaning meaning = command_meaning(name);
        if (meaning.kind == Meaning::unknown) meaning = longest_known_prefix(name);
        switch (meaning.kind) {
            case Meaning::skip:
                space_ = true;
                if (name == "left" || name == "right")
                    if (peek() == '.') ++at_;  // \left. is an absent bracket
                return;
            case Meaning::wrapper:
                return;
            case Meaning::text_wrapper:
                return text_argument();
            case Meaning::unknown:
                return push(TokenKind::unknown, std::string(name));
            default:
                return push(meaning);
        }
    }

    // "\lvertx" is read as \lvert x, as the careless write it.
    Meaning longest_known_prefix(std::string_view name) {
        for (std::size_t length = std::min<std::size_t>(name.size() - 1, 12); length >= 3; --length) {
            const Meaning meaning = command_meaning(name.substr(0, length));
            if (meaning.kind != Meaning::punctuation && meaning.kind != Meaning::skip) continue;
            at_ -= name.size() - length;
            return meaning;
        }
        return {Meaning::unknown, name};
    }

    // Lines one below the other, each an equation of its own.
    static bool is_system(std::string_view kind) {
        return kind == "cases" || kind == "gathered" || kind == "split" || kind.starts_with("align") ||
               kind.starts_with("equation");
    }

    void environment(std::string_view name) {
        if (peek() == '{') {
            const std::size_t end = text_.find('}', at_);
            const std::string_view kind = text_.substr(at_ + 1, end == std::string_view::npos ? 0 : end - at_ - 1);
            at_ = end == std::string_view::npos ? text_.size() : end + 1;
            const bool matrix = kind.find("matrix") != std::string_view::npos || kind == "array";
            if (is_system(kind)) {
                systems_ = std::max(0, systems_ + (name == "begin" ? 1 : -1));
                return;
            }
            if (!matrix) return push(TokenKind::unknown, std::string(kind));
            if (kind == "array" && peek() == '{') at_ = std::min(text_.find('}', at_), text_.size() - 1) + 1;
        }
        matrices_ += name == "begin" ? 1 : matrices_ > 0 ? -1 : 0;
        push(TokenKind::environment, std::string(name));
    }

    // The argument is lexed as words; its braces vanish.
    void text_argument() {
        while (at_ < text_.size() && blank(peek())) ++at_;
        if (peek() == '*') ++at_;
        if (peek() != '{') return;
        std::size_t end = at_;
        int depth = 0;
        for (; end < text_.size(); ++end) {
            if (text_[end] == '\\') {
                ++end;
            } else if (text_[end] == '{') {
                ++depth;
            } else if (text_[end] == '}' && --depth == 0) {
                break;
            }
        }
        if (wrappers_ >= kMostWrappers) {
            at_ = std::min(end + 1, text_.size());
            return;
        }
        const std::string_view whole = std::exchange(text_, text_.substr(0, std::min(end, text_.size())));
        const bool before = std::exchange(text_mode_, true);
        ++at_;
        ++wrappers_;
        while (at_ < text_.size() && tokens_.size() <= kMostTokens) step();
        --wrappers_;
        text_mode_ = before;
        text_ = whole;
        at_ = std::min(end + 1, text_.size());
    }

    // --- single characters ---

    void character() {
        for (const auto& [spelled, meaning] :
             {std::pair<std::string_view, std::string_view>{"...", "..."}, {"<=", "<="}, {">=", ">="}, {"!=", "!="}})
            if (next_is(spelled)) return punctuation(std::string(meaning), spelled.size());
        if (next_is("**")) return stars();
        const char c = peek();
        if (c == '$' || c == '~' || c == '`' || c == '"' || c == '#') return skip(1);
        if (c == '&' && matrices_ == 0) return skip(1);
        if (c == '(' || c == '[' || c == '{') ++depth_;
        if (c == ')' || c == ']' || c == '}') depth_ = std::max(0, depth_ - 1);
        if (c == '.') return skip(1);  // what ends a sentence
        punctuation(std::string(1, c), 1);
    }

    // Bold in Markdown, or a power in a programming language.
    void stars() {
        const bool operand_before = !tokens_.empty() && tokens_.back().kind != TokenKind::word && !space_;
        const bool operand_after = at_ + 2 < text_.size() && (digit(peek(2)) || letter(peek(2)) || peek(2) == '(');
        if (operand_before && operand_after) return punctuation("^", 2);
        skip(2);
    }

    static constexpr int kMostWrappers = 16;

    std::string_view text_;
    Commas commas_;
    std::size_t at_ = 0;
    bool space_ = false;
    bool text_mode_ = false;
    int depth_ = 0;
    int matrices_ = 0;
    int systems_ = 0;
    int wrappers_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text, Commas commas) {
    const std::string ascii = to_ascii(text);
    return Lexer(ascii, commas).run();
}

}  // namespace retort::math

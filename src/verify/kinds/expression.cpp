#include "verify/kinds/expression.h"

#include <flint/fmpq.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace retort {
namespace {

constexpr int kDeepest = 64;
constexpr std::size_t kLongest = 4096;       // bytes of an expression as it is read
constexpr std::size_t kLongestShown = 1024;  // and in our spelling: a longer one is no answer
constexpr std::size_t kMostDigits = 18;

// ---- one spelling: digits, + - * / ( ), F for a fraction's two groups, blanks; anything else is a break

constexpr char kBreak = ';';
constexpr char kFraction = 'F';

constexpr std::array<std::pair<std::string_view, std::string_view>, 36> kSpellings{{
    {"\\times", "*"},      {"\\cdot", "*"},       {"\\ast", "*"},        {"\\div", "/"},        {"\\dfrac", "F"},
    {"\\tfrac", "F"},      {"\\cfrac", "F"},      {"\\frac", "F"},       {"\\left", ""},        {"\\right", ""},
    {"\\bigl", ""},        {"\\bigr", ""},        {"\\Bigl", ""},        {"\\Bigr", ""},        {"\\big", ""},
    {"\\Big", ""},         {"\\quad", " "},       {"\\,", " "},          {"\\;", " "},          {"\\!", ""},
    {"\\ ", " "},          {"\\*", "*"},          {"**", ";"},           {"\xC3\x97", "*"},     {"\xC3\xB7", "/"},
    {"\xC2\xB7", "*"},     {"\xC2\xA0", " "},     {"\xE2\x88\x92", "-"}, {"\xE2\x80\x93", "-"}, {"\xE2\x8B\x85", "*"},
    {"\xE2\x88\x97", "*"}, {"\xE2\x88\x95", "/"}, {"\xE2\x81\x84", "/"}, {"\xE2\x9C\x95", "*"}, {"\xE2\x80\x89", " "},
    {"\xE2\x80\xAF", " "},
}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

char plain(char c) {
    if (is_digit(c) || std::string_view("+-*/()").find(c) != std::string_view::npos) return c;
    if (c == '[' || c == '{') return '(';
    if (c == ']' || c == '}') return ')';
    if (c == ' ' || c == '\t' || c == '&') return ' ';
    return c == '\n' ? '\n' : kBreak;
}

// A letter x between two operands is a sign of multiplication.
bool is_times(std::string_view text, std::size_t at) {
    if (text[at] != 'x' && text[at] != 'X') return false;
    const std::size_t after = text.find_first_not_of(' ', at + 1);
    const std::size_t before = at == 0 ? std::string_view::npos : text.find_last_not_of(' ', at - 1);
    if (after == std::string_view::npos || before == std::string_view::npos) return false;
    return (is_digit(text[before]) || text[before] == ')') && (is_digit(text[after]) || text[after] == '(');
}

// "1,234": the comma belongs to the number.
bool groups_thousands(std::string_view text, std::size_t comma) {
    if (comma == 0 || !is_digit(text[comma - 1]) || comma + 3 >= text.size()) return false;
    if (!std::all_of(text.begin() + comma + 1, text.begin() + comma + 4, is_digit)) return false;
    return comma + 4 >= text.size() || !is_digit(text[comma + 4]);
}

bool is_decimal_point(std::string_view text, std::size_t at) {
    return text[at] == '.' && at + 1 < text.size() && is_digit(text[at + 1]);
}

std::size_t append_spelling(std::string_view rest, std::string& out) {
    for (const auto& [from, to] : kSpellings)
        if (rest.starts_with(from) &&
            !(is_letter(from.back()) && rest.size() > from.size() && is_letter(rest[from.size()]))) {
            out += to;
            return from.size();
        }
    return 0;
}

// "\(", "\boxed" and any other command.
std::size_t command_length(std::string_view rest) {
    std::size_t length = 1;
    while (length < rest.size() && is_letter(rest[length])) ++length;
    return std::min(rest.size(), std::max<std::size_t>(length, 2));
}

std::string one_spelling(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (const std::size_t taken = append_spelling(text.substr(i), out)) {
            i += taken;
        } else if (c == '\\') {
            out += kBreak;
            i += command_length(text.substr(i));
        } else if (c == ',' && groups_thousands(text, i)) {
            ++i;
        } else if (is_decimal_point(text, i)) {
            // Whole numbers are given, so one with decimals is none of them: no operand.
            while (!out.empty() && is_digit(out.back())) out.pop_back();
            out += kBreak;
            for (++i; i < text.size() && is_digit(text[i]);) ++i;
        } else {
            out += is_times(text, i) ? '*' : plain(c);
            ++i;
        }
    }
    return out;
}

// A dash, star or plus at the beginning of a line with a blank after it marks an item of a list.
void drop_list_marks(std::string& text) {
    bool at_start = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (at_start && (text[i] == '-' || text[i] == '*' || text[i] == '+') && i + 1 < text.size() &&
            text[i + 1] == ' ')
            text[i] = kBreak;
        at_start = text[i] == '\n' || (at_start && text[i] == ' ');
    }
}

// ---- trees

struct Node {
    char op = 0;  // 0: a number; '~': minus of `left`
    std::int64_t number = 0;
    std::size_t left = 0, right = 0;
};

using Found = std::optional<std::size_t>;  // the place of a node

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    // The longest expression that begins at `start`; the nodes of earlier ones are gone.
    Found parse(std::size_t start) {
        nodes_.clear();
        start_ = at_ = start;
        return sum(0);
    }

    // Where the expression that was parsed last ends.
    std::size_t end() const { return at_; }
    const std::vector<Node>& nodes() const { return nodes_; }

  private:
    char look() const { return at_ < text_.size() && at_ - start_ < kLongest ? text_[at_] : kBreak; }

    void skip_blanks() {
        while (look() == ' ') ++at_;
    }

    std::size_t add(Node node) {
        nodes_.push_back(node);
        return nodes_.size() - 1;
    }

    // Operands joined by signs of one rank. A sign without an operand after it is left for what follows the expression.
    template <class Operand>
    Found chain(std::string_view signs, Operand operand) {
        Found left = operand();
        while (left) {
            const std::size_t before = at_;
            skip_blanks();
            const char sign = look();
            if (signs.find(sign) == std::string_view::npos) {
                at_ = before;
                return left;
            }
            ++at_;
            const Found right = operand();
            if (!right) {
                at_ = before;
                return left;
            }
            left = add({sign, 0, *left, *right});
        }
        return left;
    }

    Found sum(int depth) {
        return chain("+-", [this, depth] { return product(depth); });
    }

    Found product(int depth) {
        return chain("*/", [this, depth] { return factors(depth); });
    }

    // "2(3+4)", "(1+2)(3+4)": multiplied where they touch.
    Found factors(int depth) {
        Found left = operand(depth);
        while (left && (look() == '(' || (look() == kFraction) || (is_digit(look()) && text_[at_ - 1] == ')'))) {
            const std::size_t before = at_;
            const Found right = operand(depth);
            if (!right) {
                at_ = before;
                return left;
            }
            left = add({'*', 0, *left, *right});
        }
        return left;
    }

    Found operand(int depth) {
        skip_blanks();
        if (depth > kDeepest) return std::nullopt;
        if (look() == '(') return group(depth);
        if (look() == kFraction) return fraction(depth);
        if (look() == '-') return minus(depth);
        return is_digit(look()) ? number() : std::nullopt;
    }

    Found minus(int depth) {
        ++at_;
        if (!is_digit(look()) && look() != '(') return std::nullopt;
        const Found of = operand(depth + 1);
        if (!of) return std::nullopt;
        return add({'~', 0, *of, 0});
    }

    Found group(int depth) {
        ++at_;
        const Found inside = sum(depth + 1);
        skip_blanks();
        if (!inside || look() != ')') return std::nullopt;
        ++at_;
        return inside;
    }

    // \frac{a}{b}, \frac12
    Found fraction(int depth) {
        ++at_;
        const Found over = fraction_part(depth);
        const Found under = over ? fraction_part(depth) : std::nullopt;
        if (!under) return std::nullopt;
        return add({'/', 0, *over, *under});
    }

    Found fraction_part(int depth) {
        skip_blanks();
        if (look() == '(') return group(depth + 1);
        if (!is_digit(look())) return std::nullopt;
        const std::int64_t digit = look() - '0';
        ++at_;
        return add({0, digit, 0, 0});
    }

    Found number() {
        const std::size_t first = at_;
        std::int64_t value = 0;
        for (; is_digit(look()); ++at_)
            if (at_ - first < kMostDigits) value = value * 10 + (look() - '0');
        if (at_ - first > kMostDigits) return std::nullopt;
        return add({0, value, 0, 0});
    }

    std::string_view text_;
    std::size_t start_ = 0, at_ = 0;
    std::vector<Node> nodes_;
};

int rank(char op) {
    return op == '+' || op == '-' ? 1 : op == '*' || op == '/' ? 2 : 3;
}

std::string shown(const std::vector<Node>& nodes, std::size_t at) {
    const Node& node = nodes[at];
    if (node.op == 0) return std::to_string(node.number);
    const auto part = [&](std::size_t which, int weakest) {
        const std::string text = shown(nodes, which);
        return rank(nodes[which].op) < weakest ? "(" + text + ")" : text;
    };
    if (node.op == '~') return "(-" + part(node.left, 3) + ")";
    return part(node.left, rank(node.op)) + " " + node.op + " " + part(node.right, rank(node.op) + 1);
}

std::optional<math::Rational> value_of(const std::vector<Node>& nodes, std::size_t at) {
    const Node& node = nodes[at];
    math::Rational out;
    if (node.op == 0) {
        fmpq_set_si(out.get(), node.number, 1);
        return out;
    }
    const auto left = value_of(nodes, node.left);
    if (!left) return std::nullopt;
    if (node.op == '~') {
        fmpq_neg(out.get(), left->get());
        return out;
    }
    const auto right = value_of(nodes, node.right);
    if (!right || (node.op == '/' && fmpq_is_zero(right->get()) != 0)) return std::nullopt;
    if (node.op == '+') fmpq_add(out.get(), left->get(), right->get());
    if (node.op == '-') fmpq_sub(out.get(), left->get(), right->get());
    if (node.op == '*') fmpq_mul(out.get(), left->get(), right->get());
    if (node.op == '/') fmpq_div(out.get(), left->get(), right->get());
    return out;
}

void collect(const std::vector<Node>& nodes, std::size_t at, Expression& out) {
    const Node& node = nodes[at];
    if (node.op == 0) {
        out.numbers.push_back(node.number);
        return;
    }
    ++out.operators;
    collect(nodes, node.left, out);
    if (node.op != '~') collect(nodes, node.right, out);
}

Expression expression_of(const std::vector<Node>& nodes, std::size_t root) {
    Expression out;
    collect(nodes, root, out);
    std::sort(out.numbers.begin(), out.numbers.end());
    out.text = shown(nodes, root);
    out.value = value_of(nodes, root);
    return out;
}

}  // namespace

std::vector<Expression> find_expressions(std::string_view text) {
    std::string spelled = one_spelling(text);
    drop_list_marks(spelled);
    std::vector<Expression> out;
    Parser parser(spelled);
    for (std::size_t at = 0; at < spelled.size();) {
        const char c = spelled[at];
        const bool begins = is_digit(c) || c == '(' || c == '-' || c == kFraction;
        const Found root = begins ? parser.parse(at) : std::nullopt;
        if (root) {
            Expression found = expression_of(parser.nodes(), *root);
            if (found.text.size() <= kLongestShown) out.push_back(std::move(found));
        }
        at = root ? parser.end() : at + 1;
        // The rest of a number that is too long is no number of its own.
        while (!root && is_digit(c) && at < spelled.size() && is_digit(spelled[at])) ++at;
    }
    return out;
}

}  // namespace retort

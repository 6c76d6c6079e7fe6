#include "verify/math/parser.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace retort::math {
namespace {

constexpr int kDeepest = 500;  // frames; a bracket takes about eight
constexpr int kMostSuffixes = 32;

// Thrown and caught in this file only: the text is no maths.
struct NotMaths {};

bool is_integer(const Expr& e) {
    return e.kind == Kind::number &&
           std::all_of(e.text.begin(), e.text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// A proper fraction of whole numbers, as the second part of a mixed number is.
bool is_proper_fraction(const Expr& e) {
    if (e.kind != Kind::divide || e.parenthesised || !is_integer(e.args[0]) || !is_integer(e.args[1])) return false;
    const std::string &top = e.args[0].text, &bottom = e.args[1].text;
    return top.size() < bottom.size() || (top.size() == bottom.size() && top < bottom);
}

class Parser {
  public:
    explicit Parser(const std::vector<Token>& tokens) : tokens_(tokens) {}

    Expr whole() {
        while (is("and") || is("or") || is(",") || is(":") || is("=")) ++at_;
        if (done()) throw NotMaths{};
        Expr out = groups();
        if (!done()) throw NotMaths{};
        return out;
    }

  private:
    // --- looking ---

    bool done() const { return at_ >= tokens_.size(); }
    const Token* token(std::size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
    }
    bool is(std::string_view text, std::size_t ahead = 0) const {
        const Token* t = token(ahead);
        return t && t->kind == TokenKind::punctuation && t->text == text;
    }
    bool is_kind(TokenKind kind, std::size_t ahead = 0) const {
        const Token* t = token(ahead);
        return t && t->kind == kind;
    }
    bool take(std::string_view text) {
        if (!is(text)) return false;
        ++at_;
        return true;
    }
    void expect(std::string_view text) {
        if (!take(text)) throw NotMaths{};
    }

    struct Deeper {
        explicit Deeper(Parser& parser) : depth(parser.depth_) {
            if (++depth > kDeepest) throw NotMaths{};
        }
        ~Deeper() { --depth; }
        int& depth;
    };

    // --- lists ---

    bool at_end_of_list() const {
        return done() || is(")") || is("]") || is("}") || is("}set") || is_kind(TokenKind::environment) || is("row") ||
               is("&") || is("choose") || (in_set_ && is("|"));
    }

    // Groups apart by ";", "and" and "or": "p=5, q=2; p=7, q=2". Groups of one element are one list.
    Expr groups() {
        const Deeper deeper(*this);
        std::vector<std::vector<Expr>> all(1);
        bool or_between = false;
        for (;;) {
            all.back().push_back(item());
            bool comma = take(",");
            const bool either = is("or");
            const bool apart = take(";") || take("and") || take("or");
            or_between = or_between || either;
            while (take(",") || take("and") || take("or")) comma = true;
            if (at_end_of_list()) break;
            if (apart && !comma)
                all.emplace_back();
            else if (!comma)
                throw NotMaths{};
        }
        return join(std::move(all), or_between);
    }

    static Expr join(std::vector<std::vector<Expr>> all, bool or_between) {
        if (all.size() == 1 && all[0].size() == 1) return std::move(all[0][0]);
        const std::size_t size = all[0].size();
        const bool same = std::all_of(all.begin(), all.end(), [&](const auto& group) { return group.size() == size; });
        std::vector<Expr> elements;
        for (auto& group : all) {
            if (same && size > 1 && all.size() > 1) {
                elements.push_back(node(Kind::tuple, std::move(group)));
                elements.back().open = '(', elements.back().close = ')';
            } else {
                for (Expr& e : group) elements.push_back(std::move(e));
            }
        }
        Expr out = node(Kind::list, std::move(elements));
        out.alternatives = or_between;
        return out;
    }

    // An element of a list: a relation, perhaps under a label ("Paolo: 18") and with a note after it ("for all n").
    Expr item() {
        const std::size_t start = at_;
        while (is_kind(TokenKind::word)) ++at_;
        const bool labelled = at_ > start && (is(":") || is("="));
        if (labelled)
            ++at_;
        else if (at_ > start)
            at_ = start;
        if (is_kind(TokenKind::word)) return words();
        Expr out = relation();
        skip_note();
        return out;
    }

    Expr words() {
        std::string text;
        while (is_kind(TokenKind::word) || is_kind(TokenKind::symbol)) {
            if (!text.empty()) text += ' ';
            text += token()->text;
            ++at_;
        }
        return leaf(Kind::words, text);
    }

    // "for all n", "where k is whole": what is said of the value is not the value.
    void skip_note() {
        if (!is_kind(TokenKind::word)) return;
        static constexpr std::array<std::string_view, 7> kNotes = {"for", "where", "with", "if", "when", "such", "as"};
        if (std::find(kNotes.begin(), kNotes.end(), token()->text) == kNotes.end()) throw NotMaths{};
        const std::size_t start = at_;
        while (!done() && !is(";") && !is("or") && !is("}set") && !starts_next_item(start)) ++at_;
    }

    bool starts_next_item(std::size_t start) const {
        if (at_ == start) return false;
        return is("and") || (is(",") && (is("and", 1) || is_kind(TokenKind::number, 1)));
    }

    // --- relations and sets ---

    static std::string_view relation_at(const Token* t) {
        static constexpr std::array<std::string_view, 8> kRelations = {"=", "<", "<=", ">", ">=", "!=", "in", "~"};
        if (!t || t->kind != TokenKind::punctuation) return {};
        const auto* const found = std::find(kRelations.begin(), kRelations.end(), t->text);
        return found == kRelations.end() ? std::string_view() : *found;
    }

    Expr relation() {
        const Deeper deeper(*this);
        Expr first = combination();
        if (relation_at(token()).empty()) return first;
        Expr out = node(Kind::relation, {});
        out.args.push_back(std::move(first));
        while (true) {
            const std::string_view op = relation_at(token());
            if (op.empty()) break;
            ++at_;
            if (at_end_of_list()) break;  // "x =": nothing follows
            out.ops.emplace_back(op);
            out.args.push_back(combination());
        }
        if (out.ops.empty()) return std::move(out.args[0]);
        return out;
    }

    Expr combination() {
        Expr left = ratio();
        for (;;) {
            const Token* t = token();
            if (!t || t->kind != TokenKind::punctuation) return left;
            if (t->text != "union" && t->text != "intersection" && t->text != "minus") return left;
            ++at_;
            left = node(Kind::combination, {std::move(left), ratio()}, t->text);
        }
    }

    Expr ratio() {
        Expr first = sum();
        if (!is(":")) return first;
        std::vector<Expr> parts;
        parts.push_back(std::move(first));
        while (take(":")) parts.push_back(sum());
        return node(Kind::ratio, std::move(parts));
    }

    // --- arithmetic ---

    Expr sum() {
        const Deeper deeper(*this);
        std::vector<Expr> terms;
        terms.push_back(signed_product());
        for (;;) {
            if (take("+")) {
                terms.push_back(product());
            } else if (take("-")) {
                terms.push_back(node(Kind::negate, {signed_product()}));
            } else if (is("pm") || is("mp")) {
                const std::string sign = token()->text;
                ++at_;
                Expr left = sum_of(std::move(terms));
                terms.clear();
                terms.push_back(node(Kind::plus_minus, {std::move(left), product()}, sign));
            } else {
                return sum_of(std::move(terms));
            }
        }
    }

    static Expr sum_of(std::vector<Expr> terms) {
        return terms.size() == 1 ? std::move(terms[0]) : node(Kind::add, std::move(terms));
    }

    Expr signed_product() {
        const Deeper deeper(*this);
        if (take("-")) return node(Kind::negate, {signed_product()});
        if (take("+")) return signed_product();
        if (is("pm") || is("mp")) {
            const std::string sign = token()->text;
            ++at_;
            return node(Kind::plus_minus, {product()}, sign);
        }
        return product();
    }

    Expr product() {
        const Deeper deeper(*this);
        Expr left = juxtaposed(true);
        for (;;) {
            if (take("*")) {
                left = times(std::move(left), operand(true));
            } else if (take("/")) {
                // 1/2x is half of x, but (a+b)/2y is divided by the product.
                const bool plain = is_integer(left) || left.kind == Kind::divide;
                left = node(Kind::divide, {std::move(left), operand(!plain)});
                while (plain && begins_factor(left)) left = times(std::move(left), factor());
            } else if (take("mod")) {
                left = node(Kind::call, {std::move(left), operand(true)}, "mod");
            } else {
                return left;
            }
        }
    }

    Expr operand(bool many) {
        if (take("-")) return node(Kind::negate, {operand(many)});
        if (take("+")) return operand(many);
        return juxtaposed(many);
    }

    // Factors side by side; only one of them when `many` is false.
    Expr juxtaposed(bool many) {
        const Deeper deeper(*this);
        Expr left = factor();
        while (many && left.kind != Kind::unit && begins_factor(left)) {
            const bool whole = is_integer(left) && !left.parenthesised;
            Expr right = mixed_part(whole);
            if (whole && is_proper_fraction(right))
                left = node(Kind::add, {std::move(left), std::move(right)});
            else
                left = times(std::move(left), std::move(right));
        }
        return left;
    }

    // One flat product: trees stay shallow however long the chain.
    static Expr times(Expr left, Expr right) {
        if (left.kind != Kind::multiply || left.parenthesised)
            return node(Kind::multiply, {std::move(left), std::move(right)});
        left.args.push_back(std::move(right));
        return left;
    }

    // After a whole number: "1/4" in "1 1/4" is read as one fraction.
    Expr mixed_part(bool after_whole) {
        const bool fraction = is_kind(TokenKind::number) && is("/", 1) && is_kind(TokenKind::number, 2);
        Expr right = factor();
        if (after_whole && fraction && is_integer(right)) {
            expect("/");
            right = node(Kind::divide, {std::move(right), factor()});
        } else if (after_whole && is_integer(right) && begins_factor(right) && token()->text == "frac") {
            Expr part = factor();
            const bool proper = is_proper_fraction(part);
            right = node(proper ? Kind::add : Kind::multiply, {std::move(right), std::move(part)});
        }
        return right;
    }

    bool begins_factor(const Expr& left) const {
        const Token* t = token();
        if (!t) return false;
        switch (t->kind) {
            case TokenKind::number:
                // Two numbers side by side are a mixed number or nothing.
                return !(left.kind == Kind::number || left.kind == Kind::divide) ||
                       (is_integer(left) &&
                        ((is("/", 1) && is_kind(TokenKind::number, 2)) ||
                         (token(1) && token(1)->kind == TokenKind::function && token(1)->text == "frac")));
            case TokenKind::symbol:
            case TokenKind::function:
                return true;
            case TokenKind::environment:
                return t->text == "begin";
            case TokenKind::punctuation:
                return t->text == "(" || t->text == "{" || t->text == "lfloor" || t->text == "lceil" ||
                       (t->text == "|" && !bar_closes_ && !in_set_);
            default:
                return false;
        }
    }

    // --- factors: an atom with what stands after it ---

    Expr factor() {
        const Deeper deeper(*this);
        return with_suffixes(atom());
    }

    Expr with_suffixes(Expr base) {
        for (int count = 0;; ++count) {
            if (count > kMostSuffixes) throw NotMaths{};
            if (is("^")) {
                base = superscript(std::move(base));
            } else if (is("_") && base.kind == Kind::number) {
                ++at_;
                base = node(Kind::based, {script()}, base.text);
            } else if (take("!")) {
                base = node(Kind::call, {std::move(base)}, "factorial");
            } else if (take("%")) {
                base = node(Kind::percent, {std::move(base)});
            } else if (take("degree")) {
                base = node(Kind::degree, {std::move(base)});
            } else if (is("'") && base.kind == Kind::symbol) {
                ++at_;
                base.text += '\'';
            } else if (is_kind(TokenKind::word) && base.kind != Kind::symbol && !starts_note()) {
                base = with_unit(std::move(base));
            } else {
                return base;
            }
        }
    }

    bool starts_note() const {
        const std::string& text = token()->text;
        return text == "for" || text == "where" || text == "with" || text == "if" || text == "when" || text == "such" ||
               text == "as";
    }

    Expr with_unit(Expr quantity) {
        std::string unit;
        while (is_kind(TokenKind::word) && !starts_note()) {
            unit += (unit.empty() ? "" : " ") + token()->text;
            ++at_;
            if (take("^")) unit += "^" + script().text;
            if (is("/") && is_kind(TokenKind::word, 1)) {
                ++at_;
                unit += " per";
            }
        }
        return node(Kind::unit, {std::move(quantity)}, unit);
    }

    Expr superscript(Expr base) {
        expect("^");
        if (take("degree")) return node(Kind::degree, {std::move(base)});
        if (is("{") && is("degree", 1) && is("}", 2)) {
            at_ += 3;
            return node(Kind::degree, {std::move(base)});
        }
        if (is("'") || (is("{") && is("'", 1))) {
            while (is("{") || is("'") || is("}")) ++at_;
            base.text += '\'';
            return base;
        }
        if (done()) return node(Kind::degree, {std::move(base)});  // "90^" is what is left of a degree sign
        Expr exponent = script();
        // C_n^k counts combinations.
        if (base.kind == Kind::symbol && base.text.starts_with("C_") && !base.args.empty()) {
            Expr from = std::move(base.args[0]);
            return node(Kind::call, {std::move(from), std::move(exponent)}, "binom");
        }
        return node(Kind::power, {std::move(base), std::move(exponent)});
    }

    // What stands after ^ or _: one token, or a group.
    Expr script() {
        const Deeper deeper(*this);
        if (is("{")) return braces();
        if (take("-")) return node(Kind::negate, {script()});
        if (take("+")) return script();
        if (is("(")) return atom();
        // In TeX, x^23 raises to 2 and multiplies by 3; people who write so mean 23.
        Expr base = atom();
        if (is("^")) return superscript(std::move(base));
        return base;
    }

    // --- atoms ---

    Expr atom() {
        const Deeper deeper(*this);
        const Token* t = token();
        if (!t) throw NotMaths{};
        switch (t->kind) {
            case TokenKind::number:
                return number();
            case TokenKind::symbol:
                return symbol();
            case TokenKind::function:
                return function();
            case TokenKind::environment:
                return matrix();
            case TokenKind::punctuation:
                return bracketed();
            default:
                throw NotMaths{};
        }
    }

    Expr number() {
        const Token& t = *token();
        ++at_;
        Expr out = leaf(Kind::number, t.text);
        if (t.repeating.empty()) return out;
        // 0.1(23) = 0.1 + 23 / (99 * 10^1)
        const std::size_t fixed = t.text.size() - t.text.find('.') - 1;
        Expr period = leaf(Kind::number, t.repeating);
        Expr nines = leaf(Kind::number, std::string(t.repeating.size(), '9') + std::string(fixed, '0'));
        if (out.text.ends_with('.')) out.text.pop_back();
        return node(Kind::add, {std::move(out), node(Kind::divide, {std::move(period), std::move(nines)})});
    }

    Expr symbol() {
        std::string name = token()->text;
        ++at_;
        if (name == "pi" || name == "e" || name == "i" || name == "inf") {
            if (!is("_")) return leaf(Kind::constant, name);
        } else if (name == "I" && !is("_")) {
            return leaf(Kind::constant, "i");
        }
        Expr out = leaf(Kind::symbol, name);
        if (!take("_")) return out;
        const std::size_t start = at_;
        out.args.push_back(subscript());
        out.text += '_';
        for (std::size_t i = start; i < at_; ++i)
            if (tokens_[i].text != "{" && tokens_[i].text != "}") out.text += tokens_[i].text;
        if (name != "C") out.args.clear();
        return out;
    }

    // Any tokens between braces: a subscript need not be maths.
    Expr subscript() {
        if (!is("{")) {
            if (done()) throw NotMaths{};
            const Token& t = tokens_[at_++];
            return leaf(t.kind == TokenKind::number ? Kind::number : Kind::symbol, t.text);
        }
        const std::size_t start = at_;
        int depth = 0;
        do {
            if (done()) throw NotMaths{};
            depth += is("{") ? 1 : is("}") ? -1 : 0;
            ++at_;
        } while (depth > 0);
        std::vector<Token> inside(tokens_.begin() + static_cast<std::ptrdiff_t>(start) + 1,
                                  tokens_.begin() + static_cast<std::ptrdiff_t>(at_) - 1);
        if (inside.size() == 1 && inside[0].kind == TokenKind::number) return leaf(Kind::number, inside[0].text);
        if (inside.size() == 1) return leaf(Kind::symbol, inside[0].text);
        return leaf(Kind::symbol, "?");
    }

    Expr function() {
        const std::string name = token()->text;
        ++at_;
        if (name == "frac") {
            Expr top = fraction_part();
            return node(Kind::divide, {std::move(top), fraction_part()});
        }
        if (name == "binom") return binomial();
        if (name == "sqrt") return root();
        Expr base;
        bool has_base = false;
        if (name == "log" && take("_")) {
            base = script();
            has_base = true;
        }
        Expr power;
        bool has_power = false;
        if (is("^")) {
            ++at_;
            power = script();
            has_power = true;
        }
        if (!has_base && name == "log" && take("_")) {
            base = script();
            has_base = true;
        }
        Expr out = node(Kind::call, arguments(), name);
        if (has_base) {
            if (out.args.size() != 1) throw NotMaths{};
            out.args.push_back(std::move(base));
        }
        if (!has_power) return out;
        if (is_minus_one(power) && inverse_of(name)) {
            out.text = *inverse_of(name);
            return out;
        }
        return node(Kind::power, {std::move(out), std::move(power)});
    }

    static bool is_minus_one(const Expr& e) {
        return e.kind == Kind::negate && e.args[0].kind == Kind::number && e.args[0].text == "1";
    }

    static std::optional<std::string> inverse_of(std::string_view name) {
        for (const std::string_view plain : {"sin", "cos", "tan", "cot", "sec", "csc"})
            if (name == plain) return "arc" + std::string(plain);
        for (const std::string_view plain : {"sinh", "cosh", "tanh"})
            if (name == plain) return "ar" + std::string(plain);
        return std::nullopt;
    }

    // \frac12 and \frac{1}{2}: of a longer number one digit is taken, as TeX does.
    Expr fraction_part() {
        if (is("{")) return braces();
        const Token* t = token();
        if (!t) throw NotMaths{};
        if (t->kind == TokenKind::number && t->text.size() > 1 && t->text.find('.') == std::string::npos) {
            if (digit_ >= t->text.size()) throw NotMaths{};
            Expr out = leaf(Kind::number, t->text.substr(digit_, 1));
            if (++digit_ == 2 && t->text.size() > 2) {
                tokens_[at_].text.erase(0, 2);  // \frac123 is a half times 3
                tokens_[at_].space_before = true;
                digit_ = 0;
            } else if (digit_ == t->text.size()) {
                ++at_;
                digit_ = 0;
            }
            return out;
        }
        if (digit_ != 0) throw NotMaths{};
        return atom();
    }

    Expr binomial() {
        if (is("(")) return node(Kind::call, arguments(), "binom");
        Expr top = fraction_part();
        return node(Kind::call, {std::move(top), fraction_part()}, "binom");
    }

    Expr root() {
        if (take("[")) {
            Expr degree = sum();
            expect("]");
            return node(Kind::call, {root_argument(), std::move(degree)}, "root");
        }
        return node(Kind::call, {root_argument()}, "sqrt");
    }

    Expr root_argument() { return is("{") ? braces() : atom(); }

    // In brackets, in braces, or the factors that follow ("\sin 2x").
    std::vector<Expr> arguments() {
        if (is("(")) return bracketed_arguments("(", ")");
        if (is("{")) {
            Expr inside = braces();
            return inside.kind == Kind::list ? std::move(inside.args) : std::vector<Expr>{std::move(inside)};
        }
        if (take("-")) return {node(Kind::negate, {function_operand()})};
        return {function_operand()};
    }

    std::vector<Expr> bracketed_arguments(std::string_view open, std::string_view close) {
        expect(open);
        const auto outer = std::exchange(bar_closes_, false);
        const auto outer_set = std::exchange(in_set_, false);
        std::vector<Expr> out;
        do out.push_back(relation());
        while (take(","));
        expect(close);
        bar_closes_ = outer;
        in_set_ = outer_set;
        return out;
    }

    // Factors without another function among them: \sin x \cos x is a product of two.
    Expr function_operand() {
        Expr left = factor();
        while (begins_factor(left) && !is_function_but_root() && !is("(")) {
            Expr right = factor();
            left = times(std::move(left), std::move(right));
        }
        if (is("/") && left.kind != Kind::divide && is_kind(TokenKind::number, 1)) {
            ++at_;
            left = node(Kind::divide, {std::move(left), factor()});
        }
        return left;
    }

    bool is_function_but_root() const {
        const Token* t = token();
        return t && t->kind == TokenKind::function && t->text != "sqrt" && t->text != "frac";
    }

    // --- brackets ---

    Expr bracketed() {
        const std::string open = token()->text;
        if (open == "(" || open == "[") return round_or_square(open[0]);
        if (open == "{") return braces();
        if (open == "set{") return set("set{", "}set");
        if (open == "|") return absolute();
        if (open == "lfloor") return around("rfloor", "floor");
        if (open == "lceil") return around("rceil", "ceil");
        if (open == "-") {
            ++at_;
            return node(Kind::negate, {factor()});
        }
        if (open == "...") {
            ++at_;
            return leaf(Kind::ellipsis, "...");
        }
        throw NotMaths{};
    }

    Expr around(std::string_view close, std::string name) {
        ++at_;
        Expr inside = sum();
        expect(close);
        return node(Kind::call, {std::move(inside)}, std::move(name));
    }

    Expr absolute() {
        expect("|");
        const bool outer = std::exchange(bar_closes_, true);
        Expr inside = sum();
        bar_closes_ = outer;
        expect("|");
        return node(Kind::call, {std::move(inside)}, "abs");
    }

    Expr round_or_square(char open) {
        const Deeper deeper(*this);
        ++at_;
        const bool outer_bar = std::exchange(bar_closes_, false);
        const bool outer_set = std::exchange(in_set_, false);
        std::vector<Expr> elements;
        do {
            if (is(")") || is("]")) break;
            elements.push_back(relation());
            skip_note();
        } while (take(",") || take(";") || take("and"));
        const bool square = is("]");
        if (!take("]") && !take(")")) throw NotMaths{};
        bar_closes_ = outer_bar;
        in_set_ = outer_set;
        const char close = square ? ']' : ')';
        if (elements.size() == 1 && (open == '(') == (close == ')')) {
            Expr inside = std::move(elements[0]);
            inside.parenthesised = true;
            return inside;
        }
        if (elements.empty()) throw NotMaths{};
        Expr out = node(Kind::tuple, std::move(elements));
        out.open = open;
        out.close = close;
        return out;
    }

    // TeX's own braces: a group, or a set when there is a comma in it. {n \choose k} too.
    Expr braces() {
        const Deeper deeper(*this);
        expect("{");
        if (take("}")) return node(Kind::set, {});
        const bool outer_bar = std::exchange(bar_closes_, false);
        const bool outer_set = std::exchange(in_set_, false);
        Expr inside = groups();
        if (take("choose")) inside = node(Kind::call, {std::move(inside), sum()}, "binom");
        if (!take("}set")) expect("}");
        bar_closes_ = outer_bar;
        in_set_ = outer_set;
        if (inside.kind == Kind::list) inside.kind = Kind::set;
        return inside;
    }

    Expr set(std::string_view open, std::string_view close) {
        const Deeper deeper(*this);
        expect(open);
        if (take(close)) return node(Kind::set, {});
        const bool outer_bar = std::exchange(bar_closes_, false);
        const bool outer_set = std::exchange(in_set_, true);
        Expr inside = groups();
        if (take("|") || take(":")) {
            in_set_ = false;
            Expr condition = groups();
            inside = node(Kind::builder, {std::move(inside), std::move(condition)});
        } else if (inside.kind == Kind::ratio && inside.args.size() == 2) {
            inside.kind = Kind::builder;
        } else if (inside.kind == Kind::list) {
            inside.kind = Kind::set;
        } else {
            inside = node(Kind::set, {std::move(inside)});
        }
        bar_closes_ = outer_bar;
        in_set_ = outer_set;
        if (!take("}")) expect(close);
        return inside;
    }

    Expr matrix() {
        const Deeper deeper(*this);
        if (token()->text != "begin") throw NotMaths{};
        ++at_;
        Expr out = node(Kind::matrix, {});
        out.args.push_back(node(Kind::tuple, {}));
        while (!done() && !is_kind(TokenKind::environment)) {
            out.args.back().args.push_back(relation());
            if (take("&")) continue;
            if (take("row") && !is_kind(TokenKind::environment)) out.args.push_back(node(Kind::tuple, {}));
        }
        if (done() || token()->text != "end") throw NotMaths{};
        ++at_;
        return out;
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    std::size_t digit_ = 0;  // of a number that \frac takes apart
    int depth_ = 0;
    bool bar_closes_ = false;
    bool in_set_ = false;
};

}  // namespace

std::optional<Expr> parse(std::string_view text, Commas commas) {
    const std::vector<Token> tokens = tokenize(text, commas);
    if (tokens.empty()) return std::nullopt;
    try {
        return Parser(tokens).whole();
    } catch (const NotMaths&) {
        return std::nullopt;
    }
}

}  // namespace retort::math

#include <algorithm>
#include <cctype>

#include "verify/math/grammar.h"

namespace retort::math {
namespace {

constexpr int kMostSuffixes = 32;

// A proper fraction of whole numbers, as the second part of a mixed number is.
bool is_proper_fraction(const Expr& e) {
    if (e.kind != Kind::divide || e.parenthesised || !is_integer(e.args[0]) || !is_integer(e.args[1])) return false;
    const std::string &top = e.args[0].text, &bottom = e.args[1].text;
    return top.size() < bottom.size() || (top.size() == bottom.size() && top < bottom);
}

bool measures_fraction(const Expr& e) {
    return (e.kind == Kind::percent || e.kind == Kind::degree || e.kind == Kind::unit) && is_proper_fraction(e.args[0]);
}

Expr sum_of(std::vector<Expr> terms) {
    return terms.size() == 1 ? std::move(terms[0]) : node(Kind::add, std::move(terms));
}

}  // namespace

bool is_integer(const Expr& e) {
    return e.kind == Kind::number &&
           std::all_of(e.text.begin(), e.text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// One flat product: trees stay shallow however long the chain.
Expr times(Expr left, Expr right) {
    if (left.kind != Kind::multiply || left.parenthesised)
        return node(Kind::multiply, {std::move(left), std::move(right)});
    left.args.push_back(std::move(right));
    return left;
}

Expr Parser::sum() {
    const Deeper deeper(*this);
    std::vector<Expr> terms;
    terms.push_back(remainder());
    for (;;) {
        if (take("+")) {
            terms.push_back(remainder());
        } else if (take("-")) {
            terms.push_back(node(Kind::negate, {remainder()}));
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

// -7 mod 5 is what is left of -7.
Expr Parser::remainder() {
    Expr left = signed_product();
    while (take("mod")) left = node(Kind::call, {std::move(left), operand(true)}, "mod");
    return left;
}

Expr Parser::signed_product() {
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

Expr Parser::product() {
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
        } else {
            return left;
        }
    }
}

Expr Parser::operand(bool many) {
    if (take("-")) return node(Kind::negate, {operand(many)});
    if (take("+")) return operand(many);
    return juxtaposed(many);
}

// Factors side by side; only one of them when `many` is false.
Expr Parser::juxtaposed(bool many) {
    const Deeper deeper(*this);
    Expr left = factor();
    while (many && left.kind != Kind::unit && begins_factor(left)) {
        const bool whole = is_integer(left) && !left.parenthesised;
        Expr right = mixed_part(whole);
        if (right.kind == Kind::relation) continue;  // "(k in Z)" is a note
        if (whole && measures_fraction(right)) {     // 5 1/2 % are 5.5 %
            right.args[0] = node(Kind::add, {std::move(left), std::move(right.args[0])});
            left = std::move(right);
            continue;
        }
        if (whole && is_proper_fraction(right))
            left = node(Kind::add, {std::move(left), std::move(right)});
        else
            left = times(std::move(left), std::move(right));
    }
    return left;
}

// After a whole number: "1/4" in "1 1/4" is read as one fraction.
Expr Parser::mixed_part(bool after_whole) {
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

bool Parser::begins_factor(const Expr& left) const {
    const Token* t = token();
    if (!t) return false;
    switch (t->kind) {
        case TokenKind::number:
            // Two numbers side by side are a mixed number or nothing.
            return !(left.kind == Kind::number || left.kind == Kind::divide) ||
                   (left.kind == Kind::divide && is("^", 1)) ||  // \frac43 3^n
                   (is_integer(left) &&
                    ((is("/", 1) && is_kind(TokenKind::number, 2)) ||
                     (token(1) && token(1)->kind == TokenKind::function && token(1)->text == "frac")));
        case TokenKind::symbol:
        case TokenKind::function:
            return true;
        case TokenKind::environment:
            return t->text == "begin";
        case TokenKind::punctuation:
            return t->text == "(" || t->text == "[" || t->text == "{" || t->text == "lfloor" || t->text == "lceil" ||
                   (t->text == "|" && !bar_closes_ && !in_set_);
        default:
            return false;
    }
}

Expr Parser::factor() {
    const Deeper deeper(*this);
    return with_suffixes(atom());
}

Expr Parser::with_suffixes(Expr base) {
    for (int count = 0;; ++count) {
        if (count > kMostSuffixes) throw NotMaths{};
        if (is("^")) {
            base = superscript(std::move(base));
        } else if (is("_") && base.kind == Kind::symbol && !base.parenthesised) {
            base = subscripted(std::move(base));
        } else if (is("_") && base.kind == Kind::power && base.args[0].kind == Kind::symbol) {
            base.args[0] = subscripted(std::move(base.args[0]));  // x^2_1
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

bool Parser::starts_note() const {
    const std::string& text = token()->text;
    return text == "for" || text == "where" || text == "with" || text == "if" || text == "when" || text == "such" ||
           text == "as";
}

Expr Parser::with_unit(Expr quantity) {
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

Expr Parser::superscript(Expr base) {
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
Expr Parser::script() {
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

}  // namespace retort::math

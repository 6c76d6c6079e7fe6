#include "verify/math/grammar.h"

namespace retort::math {

Expr Parser::atom() {
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

Expr Parser::number() {
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

Expr Parser::symbol() {
    std::string name = token()->text;
    ++at_;
    if (is("(") && is_zero(1) && is(")", 2)) {  // f(0): as a product it would say nothing
        at_ += 3;
        return leaf(Kind::symbol, name + "(0)");
    }
    if (name == "pi" || name == "e" || name == "i" || name == "inf") {
        if (!is("_")) return leaf(Kind::constant, name);
    } else if (name == "I" && !is("_")) {
        return leaf(Kind::constant, "i");
    }
    if (name == "emptyset") return node(Kind::set, {});
    Expr out = leaf(Kind::symbol, name);
    return is("_") ? subscripted(std::move(out)) : out;
}

// The subscript is a part of the name; of C it is kept, for C_n^k.
Expr Parser::subscripted(Expr out) {
    expect("_");
    const std::size_t start = at_;
    out.args.push_back(subscript());
    out.text += '_';
    for (std::size_t i = start; i < at_; ++i)
        if (tokens_[i].text != "{" && tokens_[i].text != "}") out.text += tokens_[i].text;
    if (!out.text.starts_with("C_")) out.args.clear();
    return out;
}

// Any tokens between braces: a subscript need not be maths.
Expr Parser::subscript() {
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

// \frac12 and \frac{1}{2}: of a longer whole number one digit is taken, as TeX does.
Expr Parser::fraction_part() {
    if (is("{")) return braces();
    const Token* t = token();
    if (!t) throw NotMaths{};
    if (t->kind == TokenKind::number && t->text.size() > 1 && t->text.find_first_of(".e") == std::string::npos) {
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

Expr Parser::binomial() {
    if (is("(")) return node(Kind::call, arguments(), "binom");
    Expr top = fraction_part();
    return node(Kind::call, {std::move(top), fraction_part()}, "binom");
}

Expr Parser::root() {
    if (take("[")) {
        Expr degree = sum();
        expect("]");
        return node(Kind::call, {root_argument(), std::move(degree)}, "root");
    }
    return node(Kind::call, {root_argument()}, "sqrt");
}

Expr Parser::root_argument() {
    return is("{") ? braces() : atom();
}

}  // namespace retort::math

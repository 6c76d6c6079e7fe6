#include <optional>

#include "verify/math/grammar.h"

namespace retort::math {
namespace {

bool is_minus_one(const Expr& e) {
    return e.kind == Kind::negate && e.args[0].kind == Kind::number && e.args[0].text == "1";
}

std::optional<std::string> inverse_of(std::string_view name) {
    for (const std::string_view plain : {"sin", "cos", "tan", "cot", "sec", "csc"})
        if (name == plain) return "arc" + std::string(plain);
    for (const std::string_view plain : {"sinh", "cosh", "tanh"})
        if (name == plain) return "ar" + std::string(plain);
    return std::nullopt;
}

}  // namespace

Expr Parser::function() {
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

// In brackets, in braces, or the factors that follow ("\sin 2x").
std::vector<Expr> Parser::arguments() {
    if (is("(")) return bracketed_arguments("(", ")");
    if (is("{")) {
        Expr inside = braces();
        return inside.kind == Kind::list ? std::move(inside.args) : std::vector<Expr>{std::move(inside)};
    }
    if (take("-")) return {node(Kind::negate, {function_operand()})};
    return {function_operand()};
}

std::vector<Expr> Parser::bracketed_arguments(std::string_view open, std::string_view close) {
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
Expr Parser::function_operand() {
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

bool Parser::is_function_but_root() const {
    const Token* t = token();
    return t && t->kind == TokenKind::function && t->text != "sqrt" && t->text != "frac";
}

}  // namespace retort::math

#include "verify/math/grammar.h"

namespace retort::math {

Expr Parser::bracketed() {
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

Expr Parser::around(std::string_view close, std::string name) {
    ++at_;
    Expr inside = sum();
    expect(close);
    return node(Kind::call, {std::move(inside)}, std::move(name));
}

Expr Parser::absolute() {
    expect("|");
    const bool outer = std::exchange(bar_closes_, true);
    Expr inside = sum();
    bar_closes_ = outer;
    expect("|");
    return node(Kind::call, {std::move(inside)}, "abs");
}

Expr Parser::round_or_square(char open) {
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
Expr Parser::braces() {
    const Deeper deeper(*this);
    expect("{");
    if (take("}")) return node(Kind::set, {});
    const bool outer_bar = std::exchange(bar_closes_, false);
    const bool outer_set = std::exchange(in_set_, false);
    Expr inside = groups();
    if (take("over")) inside = node(Kind::divide, {std::move(inside), groups()});
    if (take("choose")) inside = node(Kind::call, {std::move(inside), sum()}, "binom");
    if (!take("}set")) expect("}");
    bar_closes_ = outer_bar;
    in_set_ = outer_set;
    if (inside.kind == Kind::list) inside.kind = Kind::set;
    return inside;
}

Expr Parser::set(std::string_view open, std::string_view close) {
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

Expr Parser::matrix() {
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

}  // namespace retort::math

// What an answer means: a tree of values. Plain data; depth and size are bounded by the parser. Not public.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace retort::math {

enum class Kind {
    number,       // text: digits, perhaps a point and an exponent ("12.50", "7e37")
    symbol,       // text: its name, subscript included
    constant,     // text: pi, e, i, inf
    add,          // args: terms
    multiply,     // args: factors
    divide,       // args: numerator, denominator
    power,        // args: base, exponent
    negate,       // args: one
    call,         // text: the function's standard name; args: its arguments
    plus_minus,   // text: "pm" or "mp"; args: left (absent when unary), right
    percent,      // args: one
    degree,       // args: one
    unit,         // text: the unit as written; args: the quantity
    based,        // text: digits; args: the base
    list,         // args: elements, order of no meaning
    tuple,        // args: elements in order; open, close: its brackets
    set,          // args: elements
    builder,      // { args[0] | args[1] }
    matrix,       // args: rows, each a tuple
    relation,     // ops between args: "=", "<", "<=", ">", ">=", "!=", "in", "~"
    combination,  // text: "union", "intersection", "minus"; args: two
    ratio,        // args: two and more
    words,        // text: plain words, lower case
    ellipsis,
};

struct Expr {
    Kind kind = Kind::number;
    std::string text;
    std::vector<Expr> args;
    std::vector<std::string> ops;
    char open = 0, close = 0;    // of a tuple: '(' or '[', ')' or ']'
    bool parenthesised = false;  // stood in round brackets of its own
    bool alternatives = false;   // of a list: joined by "or", as the pieces of a solution set are
};

inline Expr leaf(Kind kind, std::string text) {
    Expr out;
    out.kind = kind;
    out.text = std::move(text);
    return out;
}

// Children as they are written at a call, moved and not copied: a list of initializers would copy whole subtrees.
struct Children {
    Children() = default;
    Children(std::vector<Expr> many) : list(std::move(many)) {}
    Children(Expr one) { list.push_back(std::move(one)); }
    Children(Expr one, Expr other) {
        list.reserve(2);
        list.push_back(std::move(one));
        list.push_back(std::move(other));
    }
    std::vector<Expr> list;
};

inline Expr node(Kind kind, Children args, std::string text = {}) {
    Expr out;
    out.kind = kind;
    out.text = std::move(text);
    out.args = std::move(args.list);
    return out;
}

}  // namespace retort::math

#include "verify/math/shape.h"

#include <algorithm>

namespace retort::math {
namespace {

constexpr std::size_t kMostAlternatives = 64;

bool is_equality(const Expr& e) {
    return e.kind == Kind::relation &&
           std::all_of(e.ops.begin(), e.ops.end(), [](const std::string& op) { return op == "=" || op == "~"; });
}

bool has_symbol(const Expr& e) {
    std::vector<std::string> names;
    collect_symbols(e, names);
    return !names.empty();
}

Expr exact_side(const Expr& e) {
    if (e.ops[0] == "~" && !names_something(e.args[0])) return e.args[0];
    std::size_t last = 1;
    while (last < e.ops.size() && e.ops[last] == "=") ++last;
    return e.args[last];
}

bool has_sign(const Expr& e) {
    return e.kind == Kind::plus_minus || std::any_of(e.args.begin(), e.args.end(), has_sign);
}

// Every ± of one expression taken as plus, or every one as minus.
Expr with_sign(const Expr& e, bool plus) {
    Expr out = e;
    for (Expr& arg : out.args) arg = with_sign(arg, plus);
    if (e.kind != Kind::plus_minus) return out;
    const bool positive = (e.text == "pm") == plus;
    Expr last = std::move(out.args.back());
    if (!positive) last = node(Kind::negate, {std::move(last)});
    if (out.args.size() == 1) return last;
    return node(Kind::add, {std::move(out.args[0]), std::move(last)});
}

std::vector<Expr> tuples_without_signs(const Expr& e) {
    std::vector<Expr> out{e};
    for (std::size_t i = 0; i < e.args.size(); ++i) {
        if (!has_sign(e.args[i])) continue;
        std::vector<Expr> next;
        for (const Expr& tuple : out) {
            for (Expr& value : without_signs(e.args[i])) {
                next.push_back(tuple);
                next.back().args[i] = std::move(value);
            }
        }
        if (next.size() > kMostAlternatives) return {};
        out = std::move(next);
    }
    return out;
}

}  // namespace

bool names_function(const Expr& e) {
    if (e.kind != Kind::multiply || e.args.size() != 2 || e.args[0].kind != Kind::symbol) return false;
    const Expr& of = e.args[1];
    return of.parenthesised ? of.kind == Kind::symbol || of.kind == Kind::number : of.kind == Kind::tuple;
}

bool names_something(const Expr& e) {
    if (e.kind == Kind::symbol || e.kind == Kind::words || names_function(e)) return true;
    return e.kind == Kind::tuple && std::all_of(e.args.begin(), e.args.end(), names_something);
}

Expr value_of(const Expr& e) {
    if (!is_equality(e)) return e;
    const Expr value = exact_side(e);
    const bool computed = !has_symbol(e.args[0]) || !has_symbol(value);
    return names_something(e.args[0]) || computed || e.ops[0] == "~" ? value : e;
}

std::vector<Expr> without_signs(const Expr& e) {
    if (!has_sign(e)) return {e};
    if (e.kind == Kind::tuple) return tuples_without_signs(e);
    if (e.kind == Kind::list || e.kind == Kind::set) {
        std::vector<Expr> out;
        for (const Expr& element : e.args)
            for (Expr& value : without_signs(element)) out.push_back(std::move(value));
        if (out.size() > kMostAlternatives) return {};
        return out;
    }
    return {with_sign(e, true), with_sign(e, false)};
}

Quantity quantity_of(const Expr& e) {
    switch (e.kind) {
        case Kind::percent: {
            Quantity inner = quantity_of(e.args[0]);
            inner.percent = true;
            return inner;
        }
        case Kind::degree: {
            Quantity inner = quantity_of(e.args[0]);
            inner.degree = true;
            return inner;
        }
        case Kind::unit: {
            Quantity inner = quantity_of(e.args[0]);
            inner.unit = inner.unit.empty() ? e.text : inner.unit + " " + e.text;
            return inner;
        }
        case Kind::negate: {
            Quantity inner = quantity_of(e.args[0]);
            inner.value = negated(std::move(inner.value));
            return inner;
        }
        default: {
            Quantity out;
            out.value = e;
            return out;
        }
    }
}

void collect_symbols(const Expr& e, std::vector<std::string>& out) {
    if (e.kind == Kind::symbol && std::find(out.begin(), out.end(), e.text) == out.end()) out.push_back(e.text);
    for (const Expr& arg : e.args) collect_symbols(arg, out);
}

Expr with_renamed(const Expr& e, const std::string& from, const std::string& to) {
    Expr out = e;
    if (out.kind == Kind::symbol && out.text == from) out.text = to;
    for (Expr& arg : out.args) arg = with_renamed(arg, from, to);
    return out;
}

Expr negated(Expr e) {
    if (e.kind == Kind::negate) return std::move(e.args[0]);
    return node(Kind::negate, {std::move(e)});
}

bool is_infinite(const Expr& e) {
    if (e.kind == Kind::negate) return is_infinite(e.args[0]);
    return e.kind == Kind::constant && e.text == "inf";
}

bool is_collection(const Expr& e) {
    return e.kind == Kind::list || e.kind == Kind::set;
}

}  // namespace retort::math

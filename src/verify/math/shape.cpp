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

std::int64_t nodes_of(const Expr& e) {
    std::int64_t out = 1;
    for (const Expr& arg : e.args) out += nodes_of(arg);
    return out;
}

using Alternatives = std::optional<std::vector<Expr>>;

Alternatives tuples_without_signs(const Expr& e, Fuel& fuel) {
    std::vector<Expr> out{e};
    for (std::size_t i = 0; i < e.args.size(); ++i) {
        if (!has_sign(e.args[i])) continue;
        const Alternatives values = without_signs(e.args[i], fuel);
        if (!values || values->size() * out.size() > kMostAlternatives) return std::nullopt;
        std::vector<Expr> next;
        for (const Expr& tuple : out) {
            for (const Expr& value : *values) {
                if (!fuel.spend(2 * nodes_of(tuple))) return std::nullopt;
                next.push_back(tuple);
                next.back().args[i] = value;
            }
        }
        out = std::move(next);
    }
    return out;
}

Alternatives elements_without_signs(const Expr& e, Fuel& fuel) {
    std::vector<Expr> out;
    for (const Expr& element : e.args) {
        Alternatives values = without_signs(element, fuel);
        if (!values || values->size() + out.size() > kMostAlternatives) return std::nullopt;
        for (Expr& value : *values) out.push_back(std::move(value));
    }
    return out;
}

// f^{-1}
bool is_inverse(const Expr& e) {
    return e.kind == Kind::power && e.args[0].kind == Kind::symbol && e.args[1].kind == Kind::negate &&
           e.args[1].args[0].text == "1";
}

}  // namespace

bool names_function(const Expr& e) {
    if (e.kind != Kind::multiply || e.args.size() != 2) return false;
    if (e.args[0].kind != Kind::symbol && !is_inverse(e.args[0])) return false;
    const Expr& of = e.args[1];
    return of.parenthesised ? of.kind == Kind::symbol || of.kind == Kind::number : of.kind == Kind::tuple;
}

bool names_something(const Expr& e) {
    if (e.kind == Kind::symbol || e.kind == Kind::words || names_function(e)) return true;
    return e.kind == Kind::tuple && std::all_of(e.args.begin(), e.args.end(), names_something);
}

Expr value_of(const Expr& e) {
    if (e.kind == Kind::relation && e.ops.size() == 1 && e.ops[0] == "in" && e.args[1].kind == Kind::set)
        return e.args[1];
    if (!is_equality(e)) return e;
    const Expr value = exact_side(e);
    // "x + y = 5" may answer what x + y is, but "x + y = 0" is first of all an equation.
    const bool set_to_zero = value.kind == Kind::number && value.text == "0";
    const bool computed = !has_symbol(e.args[0]) || (!has_symbol(value) && !set_to_zero);
    return names_something(e.args[0]) || computed || e.ops[0] == "~" ? value : e;
}

std::optional<Expr> approximate_value(const Expr& e) {
    if (!is_equality(e) || e.ops.back() != "~") return std::nullopt;
    return e.args.back();
}

std::optional<std::vector<Expr>> without_signs(const Expr& e, Fuel& fuel) {
    if (!fuel.spend(4 * nodes_of(e))) return std::nullopt;
    if (!has_sign(e)) return std::vector<Expr>{e};
    if (e.kind == Kind::tuple) return tuples_without_signs(e, fuel);
    if (is_collection(e)) return elements_without_signs(e, fuel);
    return std::vector<Expr>{with_sign(e, true), with_sign(e, false)};
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

int infinite_sign(const Expr& e) {
    if (e.kind == Kind::negate) return -infinite_sign(e.args[0]);
    return e.kind == Kind::constant && e.text == "inf" ? 1 : 0;
}

bool is_infinite(const Expr& e) {
    return infinite_sign(e) != 0;
}

bool is_collection(const Expr& e) {
    return e.kind == Kind::list || e.kind == Kind::set;
}

}  // namespace retort::math

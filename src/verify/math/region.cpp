#include "verify/math/region.h"

#include <algorithm>

#include "verify/math/rational.h"
#include "verify/math/shape.h"

namespace retort::math {
namespace {

Expr infinity(bool negative) {
    Expr out = leaf(Kind::constant, "inf");
    return negative ? negated(std::move(out)) : out;
}

Piece below(Expr end, bool with_end) {
    return {infinity(true), std::move(end), false, with_end};
}
Piece above(Expr end, bool with_end) {
    return {std::move(end), infinity(false), with_end, false};
}
Piece point(const Expr& at) {
    return {at, at, true, true};
}

bool is_less(const std::string& op) {
    return op == "<" || op == "<=";
}
bool is_greater(const std::string& op) {
    return op == ">" || op == ">=";
}

bool is_reals(const Expr& e) {
    return e.kind == Kind::symbol && e.text == "R";
}

// "x op end", or "f(x) op g(x)" with f - g linear in its one variable over the rationals.
struct Bound {
    std::string op;
    Expr end;
};

std::optional<Rational> at(const Expr& difference, const std::string& symbol, const char* value, Fuel& fuel) {
    Expr filled = difference;
    const auto fill = [&](auto&& self, Expr& e) -> void {
        if (e.kind == Kind::symbol && e.text == symbol) {
            e = leaf(Kind::number, value);
            return;
        }
        for (Expr& arg : e.args) self(self, arg);
    };
    fill(fill, filled);
    return evaluate_rational(filled, fuel);
}

Expr written(const Rational& r) {
    const auto text = [](const fmpz* z) {
        char* digits = fmpz_get_str(nullptr, 10, z);
        std::string out(digits);
        flint_free(digits);
        return out;
    };
    std::string top = text(fmpq_numref(r.get()));
    const bool negative = top.starts_with('-');
    if (negative) top.erase(0, 1);
    Expr out = node(Kind::divide, {leaf(Kind::number, top), leaf(Kind::number, text(fmpq_denref(r.get())))});
    return negative ? negated(std::move(out)) : out;
}

std::string flipped(const std::string& op) {
    if (op == "<") return ">";
    if (op == "<=") return ">=";
    if (op == ">") return "<";
    if (op == ">=") return "<=";
    return op;
}

std::optional<Bound> linear_bound(const Expr& left, const std::string& op, const Expr& right, Fuel& fuel) {
    const Expr difference = node(Kind::add, {left, negated(right)});
    std::vector<std::string> names;
    collect_symbols(difference, names);
    if (names.size() != 1) return std::nullopt;
    const auto d0 = at(difference, names[0], "0", fuel), d1 = at(difference, names[0], "1", fuel),
               d3 = at(difference, names[0], "3", fuel);
    if (!d0 || !d1 || !d3) return std::nullopt;
    Rational slope, check;
    fmpq_sub(slope.get(), d1->get(), d0->get());
    fmpq_mul_si(check.get(), slope.get(), 3);
    fmpq_add(check.get(), check.get(), d0->get());
    if (!(check == *d3) || fmpq_is_zero(slope.get())) return std::nullopt;
    Rational root;
    fmpq_div(root.get(), d0->get(), slope.get());
    fmpq_neg(root.get(), root.get());
    return Bound{fmpq_sgn(slope.get()) < 0 ? flipped(op) : op, written(root)};
}

std::optional<Bound> bound_of(const Expr& left, const std::string& op, const Expr& right, Fuel& fuel) {
    if (left.kind == Kind::symbol) return Bound{op, right};
    if (right.kind == Kind::symbol) return Bound{flipped(op), left};
    return linear_bound(left, op, right, fuel);
}

std::optional<Region> region_of_bound(const Bound& bound) {
    const bool closed = bound.op.size() == 2;
    if (is_less(bound.op)) return Region{below(bound.end, closed)};
    if (is_greater(bound.op)) return Region{above(bound.end, closed)};
    if (bound.op == "!=") return Region{below(bound.end, false), above(bound.end, false)};
    if (bound.op == "=") return Region{point(bound.end)};
    return std::nullopt;
}

std::optional<Region> region_of_relation(const Expr& e, Fuel& fuel) {
    if (e.ops.size() == 1) {
        if (e.ops[0] == "in") return e.args[0].kind == Kind::symbol ? region_of(e.args[1], fuel) : std::nullopt;
        if (e.ops[0] == "=" || e.ops[0] == "~") return std::nullopt;
        const auto bound = bound_of(e.args[0], e.ops[0], e.args[1], fuel);
        return bound ? region_of_bound(*bound) : std::nullopt;
    }
    if (e.ops.size() != 2 || e.args[1].kind != Kind::symbol) return std::nullopt;
    if (is_less(e.ops[0]) && is_less(e.ops[1]))
        return Region{{e.args[0], e.args[2], e.ops[0] == "<=", e.ops[1] == "<="}};
    if (is_greater(e.ops[0]) && is_greater(e.ops[1]))
        return Region{{e.args[2], e.args[0], e.ops[1] == ">=", e.ops[0] == ">="}};
    return std::nullopt;
}

std::optional<Region> region_of_pieces(const std::vector<Expr>& parts, Fuel& fuel) {
    Region out;
    for (const Expr& part : parts) {
        const bool equality = part.kind == Kind::relation && part.ops.size() == 1 && part.ops[0] == "=" &&
                              part.args[0].kind == Kind::symbol;
        const auto more = equality ? Region{point(part.args[1])} : region_of(part, fuel);
        if (!more) return std::nullopt;
        out.insert(out.end(), more->begin(), more->end());
    }
    return out;
}

// All real numbers but one.
std::optional<Region> region_without(const Expr& whole, const Expr& without) {
    if (!is_reals(whole) || without.kind != Kind::set || without.args.size() != 1) return std::nullopt;
    return Region{below(without.args[0], false), above(without.args[0], false)};
}

bool same_end(const Expr& a, bool with_a, const Expr& b, bool with_b, Fuel& fuel) {
    const bool endless = is_infinite(a);
    return (endless || with_a == with_b) && compare_scalars(a, b, fuel).equal();
}

bool same_piece(const Piece& a, const Piece& b, Fuel& fuel) {
    return same_end(a.from, a.with_from, b.from, b.with_from, fuel) && same_end(a.to, a.with_to, b.to, b.with_to, fuel);
}

}  // namespace

std::optional<Region> region_of(const Expr& e, Fuel& fuel) {
    switch (e.kind) {
        case Kind::tuple:
            if (e.args.size() != 2 || e.open == 0) return std::nullopt;
            return Region{{e.args[0], e.args[1], e.open == '[', e.close == ']'}};
        case Kind::set: {
            Region out;
            for (const Expr& element : e.args) out.push_back(point(element));
            return out;
        }
        case Kind::symbol:
            if (is_reals(e)) return Region{{infinity(true), infinity(false), false, false}};
            return std::nullopt;
        case Kind::combination:
            if (e.text == "union") return region_of_pieces(e.args, fuel);
            return e.text == "minus" ? region_without(e.args[0], e.args[1]) : std::nullopt;
        case Kind::relation:
            return region_of_relation(e, fuel);
        case Kind::builder:
            return region_of(e.args[1], fuel);
        case Kind::list:
            return std::any_of(e.args.begin(), e.args.end(), is_surely_region) ? region_of_pieces(e.args, fuel)
                                                                               : std::nullopt;
        default:
            return std::nullopt;
    }
}

bool is_surely_region(const Expr& e) {
    switch (e.kind) {
        case Kind::tuple:
            return e.args.size() == 2 &&
                   (e.open == '[' || e.close == ']' || is_infinite(e.args[0]) || is_infinite(e.args[1]));
        case Kind::combination:
            return true;
        case Kind::builder:
            return true;
        case Kind::symbol:
            return is_reals(e);
        case Kind::relation:
            return std::any_of(e.ops.begin(), e.ops.end(),
                               [](const std::string& op) { return op != "=" && op != "~"; });
        case Kind::list:
            return std::any_of(e.args.begin(), e.args.end(),
                               [](const Expr& arg) { return arg.kind == Kind::relation && is_surely_region(arg); });
        default:
            return false;
    }
}

Judged compare_regions(const Region& reference, const Region& answer, Fuel& fuel) {
    if (reference.size() != answer.size()) return {Verdict::different, VerifyStage::interval};
    std::vector<bool> used(answer.size(), false);
    for (const Piece& piece : reference) {
        std::size_t i = 0;
        while (i < answer.size() && (used[i] || !same_piece(piece, answer[i], fuel))) ++i;
        if (fuel.empty()) return {};
        if (i == answer.size()) return {Verdict::different, VerifyStage::interval};
        used[i] = true;
    }
    return {Verdict::equal, VerifyStage::interval};
}

}  // namespace retort::math

#include "verify/math/region.h"

#include <algorithm>

#include "verify/math/matching.h"
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
Pieces all_reals() {
    return {{infinity(true), infinity(false), false, false}};
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
    const std::string digits = decimal_digits(r);
    const bool negative = digits.starts_with('-');
    const std::size_t slash = std::min(digits.find('/'), digits.size());
    Expr out = leaf(Kind::number, digits.substr(negative ? 1 : 0, slash - (negative ? 1 : 0)));
    if (slash < digits.size()) out = node(Kind::divide, {std::move(out), leaf(Kind::number, digits.substr(slash + 1))});
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

std::optional<Pieces> pieces_of_bound(const Bound& bound) {
    const bool closed = bound.op.size() == 2;
    if (is_less(bound.op)) return Pieces{below(bound.end, closed)};
    if (is_greater(bound.op)) return Pieces{above(bound.end, closed)};
    if (bound.op == "!=") return Pieces{below(bound.end, false), above(bound.end, false)};
    if (bound.op == "=") return Pieces{point(bound.end)};
    return std::nullopt;
}

std::string variable_of(const Expr& e) {
    std::vector<std::string> names;
    collect_symbols(e, names);
    return names.size() == 1 ? names[0] : std::string();
}

std::optional<Region> joined(const Region& a, const Region& b, SetOperation operation, Fuel& fuel) {
    if (!a.variable.empty() && !b.variable.empty() && a.variable != b.variable) return std::nullopt;
    if (!fuel.spend(4 * static_cast<std::int64_t>(a.pieces.size() + b.pieces.size()))) return std::nullopt;
    auto pieces = combined(a.pieces, b.pieces, operation, fuel);
    if (!pieces) {
        if (operation != SetOperation::unite) return std::nullopt;
        pieces = a.pieces;  // ends without a known order stay as they are written
        pieces->insert(pieces->end(), b.pieces.begin(), b.pieces.end());
    }
    return Region{std::move(*pieces), a.variable.empty() ? b.variable : a.variable};
}

std::optional<Region> region_of_comparison(const Expr& left, const std::string& op, const Expr& right, Fuel& fuel);

// |u| < c is -c < u < c, and |u| > c is what that leaves.
std::optional<Region> region_of_distance(const Expr& inside, const std::string& op, const Expr& limit, Fuel& fuel) {
    const bool within = is_less(op);
    if (!within && !is_greater(op)) return std::nullopt;
    const auto high = region_of_comparison(inside, op, limit, fuel);
    const auto low = region_of_comparison(inside, flipped(op), negated(limit), fuel);
    if (!high || !low) return std::nullopt;
    return joined(*high, *low, within ? SetOperation::intersect : SetOperation::unite, fuel);
}

bool is_distance(const Expr& e) {
    return e.kind == Kind::call && e.text == "abs" && e.args.size() == 1;
}

std::optional<Region> region_of_comparison(const Expr& left, const std::string& op, const Expr& right, Fuel& fuel) {
    if (is_distance(left) && variable_of(right).empty()) return region_of_distance(left.args[0], op, right, fuel);
    std::optional<Bound> bound;
    std::string variable;
    if (left.kind == Kind::symbol) {
        bound = Bound{op, right};
        variable = left.text;
    } else if (right.kind == Kind::symbol) {
        bound = Bound{flipped(op), left};
        variable = right.text;
    } else {
        bound = linear_bound(left, op, right, fuel);
        variable = variable_of(left).empty() ? variable_of(right) : variable_of(left);
    }
    if (!bound) return std::nullopt;
    auto pieces = pieces_of_bound(*bound);
    if (!pieces) return std::nullopt;
    return Region{std::move(*pieces), std::move(variable)};
}

// a < x < b: between its ends, which may be variables, or wherever both hold.
std::optional<Region> region_of_chain(const Expr& e, Fuel& fuel) {
    const bool rising = is_less(e.ops[0]) && is_less(e.ops[1]), falling = is_greater(e.ops[0]) && is_greater(e.ops[1]);
    if (!rising && !falling) return std::nullopt;
    if (e.args[1].kind == Kind::symbol) {
        const Piece piece = rising ? Piece{e.args[0], e.args[2], e.ops[0] == "<=", e.ops[1] == "<="}
                                   : Piece{e.args[2], e.args[0], e.ops[1] == ">=", e.ops[0] == ">="};
        return Region{{piece}, e.args[1].text};
    }
    const auto first = region_of_comparison(e.args[0], e.ops[0], e.args[1], fuel);
    const auto second = region_of_comparison(e.args[1], e.ops[1], e.args[2], fuel);
    if (!first || !second) return std::nullopt;
    return joined(*first, *second, SetOperation::intersect, fuel);
}

std::optional<Region> region_of_relation(const Expr& e, Fuel& fuel) {
    if (e.ops.size() == 2) return region_of_chain(e, fuel);
    if (e.ops.size() != 1 || e.ops[0] == "~") return std::nullopt;
    if (e.ops[0] == "in") {
        if (e.args[0].kind != Kind::symbol) return std::nullopt;
        auto out = region_of(e.args[1], fuel);
        if (out) out->variable = e.args[0].text;
        return out;
    }
    if (e.ops[0] == "=" && e.args[0].kind != Kind::symbol) return std::nullopt;
    return region_of_comparison(e.args[0], e.ops[0], e.args[1], fuel);
}

std::optional<Region> region_of_all(const std::vector<Expr>& parts, SetOperation operation, Fuel& fuel) {
    std::optional<Region> out;
    for (const Expr& part : parts) {
        const auto next = region_of(part, fuel);
        if (!next) return std::nullopt;
        out = out ? joined(*out, *next, operation, fuel) : next;
        if (!out) return std::nullopt;
    }
    return out;
}

bool meets(const Expr& list) {
    return !list.alternatives && std::all_of(list.args.begin(), list.args.end(), [](const Expr& part) {
        return part.kind == Kind::relation && part.ops[0] != "=";
    });
}

// "x > 1, x < 3" are conditions that hold together; "x < 1, x > 3" cannot and are pieces.
std::optional<Region> region_of_list(const Expr& e, Fuel& fuel) {
    if (!std::any_of(e.args.begin(), e.args.end(), is_surely_region)) return std::nullopt;
    if (meets(e)) {
        auto out = region_of_all(e.args, SetOperation::intersect, fuel);
        if (out && !out->pieces.empty()) return out;
    }
    return region_of_all(e.args, SetOperation::unite, fuel);
}

std::optional<Region> region_of_combination(const Expr& e, Fuel& fuel) {
    const SetOperation operation = e.text == "union"          ? SetOperation::unite
                                   : e.text == "intersection" ? SetOperation::intersect
                                                              : SetOperation::subtract;
    return region_of_all(e.args, operation, fuel);
}

Judged compare_ends(const Expr& a, bool with_a, const Expr& b, bool with_b, Fuel& fuel) {
    if (!is_infinite(a) && !is_infinite(b) && with_a != with_b) return {Verdict::different, VerifyStage::interval};
    return compare_scalars(a, b, fuel);
}

Judged compare_pieces(const Piece& a, const Piece& b, Fuel& fuel) {
    const Judged from = compare_ends(a.from, a.with_from, b.from, b.with_from, fuel);
    const Judged to = compare_ends(a.to, a.with_to, b.to, b.with_to, fuel);
    for (const Judged& end : {from, to})
        if (end.verdict == Verdict::different) return end;
    return no_part_differs(VerifyStage::interval, !from.equal() || !to.equal(), from.rounded() || to.rounded());
}

}  // namespace

std::optional<Region> region_of(const Expr& e, Fuel& fuel) {
    if (!fuel.spend(4)) return std::nullopt;
    switch (e.kind) {
        case Kind::tuple:
            if (e.args.size() != 2 || e.open == 0) return std::nullopt;
            return Region{{{e.args[0], e.args[1], e.open == '[', e.close == ']'}}};
        case Kind::set: {
            Region out;
            for (const Expr& element : e.args) out.pieces.push_back(point(element));
            return out;
        }
        case Kind::symbol:
            return is_reals(e) ? std::optional(Region{all_reals()}) : std::nullopt;
        case Kind::combination:
            return region_of_combination(e, fuel);
        case Kind::relation:
            return region_of_relation(e, fuel);
        case Kind::builder:
            return region_of(e.args[1], fuel);
        case Kind::list:
            return region_of_list(e, fuel);
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

namespace {

// The same set may be written in other pieces: [0, 2] is [0, 1) with [1, 2]. What would be empty, as (3, 2] is, was not
// meant so and stays as it is written.
Pieces simplest(const Pieces& pieces, Fuel& fuel) {
    auto out = combined(pieces, {}, SetOperation::unite, fuel);
    return out && !out->empty() ? std::move(*out) : pieces;
}

}  // namespace

Judged compare_regions(const Region& reference, const Region& answer, Fuel& fuel) {
    if (!reference.variable.empty() && !answer.variable.empty() && reference.variable != answer.variable)
        return {Verdict::different, VerifyStage::interval};
    const Pieces a = simplest(reference.pieces, fuel), b = simplest(answer.pieces, fuel);
    return match_all(
        a.size(), b.size(), [&](std::size_t i, std::size_t j) { return compare_pieces(a[i], b[j], fuel); },
        VerifyStage::interval, fuel);
}

}  // namespace retort::math

#include "verify/math/compare.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "verify/math/canon.h"
#include "verify/math/matching.h"
#include "verify/math/rational.h"
#include "verify/math/region.h"
#include "verify/math/shape.h"

namespace retort::math {
namespace {

constexpr std::size_t kLongestKey = 200;
constexpr Judged kDifferent{Verdict::different, VerifyStage::collection};

bool single_op(const Expr& e, std::string_view op) {
    return e.kind == Kind::relation && e.ops.size() == 1 && e.ops[0] == op;
}

// --- elements ---

Judged compare_in_order(const std::vector<Expr>& a, const std::vector<Expr>& b, Fuel& fuel) {
    if (a.size() != b.size()) return kDifferent;
    bool unsure = false, rounded = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const Judged here = compare(a[i], b[i], fuel);
        if (here.verdict == Verdict::different) return kDifferent;
        rounded = rounded || here.rounded();
        unsure = unsure || !here.equal();
    }
    return no_part_differs(VerifyStage::collection, unsure, rounded);
}

// An element with a key that is equal for equal structures and for equal rational numbers.
struct Keyed {
    std::string key;
    Expr value;
    friend bool operator<(const Keyed& a, const Keyed& b) { return a.key < b.key; }
    friend bool operator==(const Keyed& a, const Keyed& b) { return a.key == b.key; }
};

std::string key_of(const Expr& e, Fuel& fuel) {
    if (const auto value = evaluate_rational(e, fuel)) {
        const std::string digits = decimal_digits(*value);
        if (digits.size() < kLongestKey) return digits;
    }
    std::string out = canonical(e);
    fuel.spend(static_cast<std::int64_t>(out.size()) / 3);
    return out;
}

// In the order of their keys. None when there are too many.
std::optional<std::vector<Keyed>> elements_of(const Expr& e, Fuel& fuel) {
    std::vector<Keyed> out;
    for (const Expr& element : is_collection(e) ? e.args : std::vector<Expr>{e}) {
        auto values = without_signs(element, fuel);
        if (!values) return std::nullopt;
        for (Expr& value : *values) {
            std::string key = key_of(value, fuel);
            out.push_back({std::move(key), std::move(value)});
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

// A set holds nothing twice; a list may.
void each_once(std::vector<Keyed>& elements) {
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
}

std::vector<Keyed> without(const std::vector<Keyed>& all, const std::vector<Keyed>& removed) {
    std::vector<Keyed> out;
    std::set_difference(all.begin(), all.end(), removed.begin(), removed.end(), std::back_inserter(out));
    return out;
}

// What both sides spell alike is paired first; it is most, and each pair of the rest has to be compared.
Judged compare_unordered(const Expr& a, const Expr& b, Fuel& fuel) {
    auto all_a = elements_of(a, fuel), all_b = elements_of(b, fuel);
    if (all_a && all_b && (a.kind == Kind::set || b.kind == Kind::set)) {
        each_once(*all_a);
        each_once(*all_b);
    }
    if (!all_a || !all_b || fuel.empty()) return {};
    const std::vector<Keyed> rest_a = without(*all_a, *all_b), rest_b = without(*all_b, *all_a);
    return match_all(
        rest_a.size(), rest_b.size(),
        [&](std::size_t i, std::size_t j) { return compare(rest_a[i].value, rest_b[j].value, fuel); },
        VerifyStage::collection, fuel);
}

// --- relations ---

Expr difference(const Expr& e) {
    return node(Kind::add, {e.args[0], negated(e.args[1])});
}

constexpr const char* kBound = "(bound)";  // no variable's name

// f(x) = ... and f(z) = ...: the variable is bound.
Judged compare_definitions(const Expr& a, const Expr& b, Fuel& fuel) {
    const Expr &of_a = a.args[0].args[1], &of_b = b.args[0].args[1];
    if (of_a.kind != Kind::symbol || of_b.kind != Kind::symbol || of_a.text == of_b.text)
        return compare(a.args[1], b.args[1], fuel);
    return compare(with_renamed(a.args[1], of_a.text, kBound), with_renamed(b.args[1], of_b.text, kBound), fuel);
}

// f(x) = 2x and y = 2x.
bool defines_alike(const Expr& a, const Expr& b) {
    if (!single_op(a, "=") || !single_op(b, "=") || !names_function(a.args[0]) || b.args[0].kind != Kind::symbol)
        return false;
    const Expr& of = a.args[0].args[1];
    std::vector<std::string> names;
    collect_symbols(b.args[1], names);
    return of.kind == Kind::symbol && names.size() == 1 && names[0] == of.text && b.args[0].text != of.text;
}

std::string mirrored(const std::string& op) {
    if (op == ">") return "<";
    if (op == ">=") return "<=";
    return op;
}

// a op b, with op one of < and <=.
Expr upright(const Expr& e) {
    if (e.ops[0] != ">" && e.ops[0] != ">=") return e;
    Expr out = node(Kind::relation, {e.args[1], e.args[0]});
    out.ops.push_back(mirrored(e.ops[0]));
    return out;
}

Judged compare_chains(const Expr& a, const Expr& b, Fuel& fuel) {
    if (a.ops == b.ops) return compare_in_order(a.args, b.args, fuel);
    Expr turned = b;
    std::reverse(turned.args.begin(), turned.args.end());
    std::reverse(turned.ops.begin(), turned.ops.end());
    for (std::string& op : turned.ops) {
        static constexpr std::string_view kFrom = "<>";
        const std::size_t side = kFrom.find(op[0]);
        if (side != std::string_view::npos) op[0] = kFrom[1 - side];
    }
    if (a.ops == turned.ops) return compare_in_order(a.args, turned.args, fuel);
    return {Verdict::different, VerifyStage::equation};
}

Judged compare_single_relations(const Expr& a, const Expr& b, Fuel& fuel) {
    const Expr left = upright(a), right = upright(b);
    if (left.ops != right.ops) return {Verdict::different, VerifyStage::equation};
    const std::string& op = left.ops[0];
    if (op == "in" || op == "~") return compare_in_order(left.args, right.args, fuel);
    return compare_up_to_scale(difference(left), difference(right), op == "<" || op == "<=", fuel);
}

Judged compare_relations(const Expr& a, const Expr& b, Fuel& fuel) {
    if (single_op(a, "=") && single_op(b, "=")) {
        if (names_function(a.args[0]) && names_function(b.args[0])) return compare_definitions(a, b, fuel);
        const bool named = names_something(a.args[0]) && names_something(b.args[0]);
        if (named && canonical(a.args[0]) == canonical(b.args[0])) return compare(a.args[1], b.args[1], fuel);
    }
    if (defines_alike(a, b) || defines_alike(b, a)) return compare(a.args[1], b.args[1], fuel);
    if (is_surely_region(a) && is_surely_region(b)) {
        const auto x = region_of(a, fuel), y = region_of(b, fuel);
        if (x && y) return compare_regions(*x, *y, fuel);
    }
    if (a.ops.size() == 1 && b.ops.size() == 1) return compare_single_relations(a, b, fuel);
    const Expr x = value_of(a), y = value_of(b);
    if (x.kind != Kind::relation && y.kind != Kind::relation &&
        names_something(a.args[0]) == names_something(b.args[0]))
        return compare(x, y, fuel);
    return compare_chains(a, b, fuel);
}

// --- the rest ---

Judged compare_matrices(const Expr& a, const Expr& b, Fuel& fuel) {
    if (a.args.size() != b.args.size()) return kDifferent;
    bool unsure = false, rounded = false;
    for (std::size_t i = 0; i < a.args.size(); ++i) {
        const Judged row = compare_in_order(a.args[i].args, b.args[i].args, fuel);
        if (row.verdict == Verdict::different) return row;
        rounded = rounded || row.rounded();
        unsure = unsure || !row.equal();
    }
    return no_part_differs(VerifyStage::collection, unsure, rounded);
}

// A matrix of one column or one row is a vector, as a tuple is.
std::vector<Expr> vector_of(const Expr& e) {
    if (e.kind == Kind::tuple) return e.args;
    if (e.args.size() == 1) return e.args[0].args;
    std::vector<Expr> out;
    for (const Expr& row : e.args) {
        if (row.args.size() != 1) return {};
        out.push_back(row.args[0]);
    }
    return out;
}

Judged compare_ratios(const Expr& a, const Expr& b, Fuel& fuel) {
    if (a.args.size() != b.args.size()) return kDifferent;
    for (std::size_t i = 1; i < a.args.size(); ++i) {
        const Judged here = compare_scalars(node(Kind::multiply, {a.args[i], b.args[0]}),
                                            node(Kind::multiply, {b.args[i], a.args[0]}), fuel);
        if (!here.equal()) return here;
    }
    return {Verdict::equal, VerifyStage::collection};
}

bool is_ordered(const Expr& e) {
    return e.kind == Kind::tuple || e.kind == Kind::matrix;
}

bool is_long_ratio(const Expr& e) {
    return e.kind == Kind::ratio && e.args.size() > 2;
}

// b < a < c, which is also given as the list b, a, c.
bool is_order(const Expr& e) {
    return e.kind == Kind::relation && e.ops.size() > 1 && (e.ops[0] == "<" || e.ops[0] == ">") &&
           std::all_of(e.ops.begin(), e.ops.end(), [&](const std::string& op) { return op == e.ops[0]; });
}

bool is_empty_set(const Expr& e) {
    return e.kind == Kind::set && e.args.empty();
}

bool says_none(const Expr& e) {
    static constexpr std::array<std::string_view, 7> kNone = {
        "no solution", "no solutions", "no real solution", "no real solutions", "the empty set", "empty set", "none"};
    return e.kind == Kind::words && std::find(kNone.begin(), kNone.end(), e.text) != kNone.end();
}

bool all_relations(const Expr& e) {
    return std::all_of(e.args.begin(), e.args.end(), [](const Expr& arg) { return arg.kind == Kind::relation; });
}

Expr as_list(const Expr& e) {
    return node(Kind::list, e.args);
}

Judged compare_ordered(const Expr& a, const Expr& b, Fuel& fuel) {
    if (a.kind == Kind::matrix && b.kind == Kind::matrix) return compare_matrices(a, b, fuel);
    if (a.kind == Kind::matrix || b.kind == Kind::matrix) return compare_in_order(vector_of(a), vector_of(b), fuel);
    if (is_surely_region(a) || is_surely_region(b)) {
        const auto x = region_of(a, fuel), y = region_of(b, fuel);
        if (x && y) return compare_regions(*x, *y, fuel);
    }
    if (all_relations(a) && all_relations(b)) return compare_unordered(as_list(a), as_list(b), fuel);
    return compare_in_order(a.args, b.args, fuel);
}

// A pair of things of different kinds.
Judged compare_mixed(const Expr& a, const Expr& b, Fuel& fuel) {
    const auto is_bare_list = [](const Expr& e) { return e.kind == Kind::list; };
    if (is_order(a) && is_bare_list(b)) return compare_in_order(a.args, b.args, fuel);
    if (is_bare_list(a) && is_order(b)) return compare_in_order(a.args, b.args, fuel);
    if (is_ordered(a) && is_bare_list(b)) return compare_in_order(vector_of(a), b.args, fuel);
    if (is_bare_list(a) && is_ordered(b)) return compare_in_order(a.args, vector_of(b), fuel);
    const bool said = a.kind == Kind::words || b.kind == Kind::words;
    if (!said && (is_collection(a) || is_collection(b))) return compare_unordered(a, b, fuel);
    const auto is_other = [](const Expr& e) {
        return is_ordered(e) || e.kind == Kind::relation || is_long_ratio(e) || e.kind == Kind::ellipsis;
    };
    if (a.kind == Kind::words || b.kind == Kind::words) {
        const bool none = (says_none(a) && is_empty_set(b)) || (says_none(b) && is_empty_set(a));
        return none ? Judged{Verdict::equal, VerifyStage::words} : Judged{};
    }
    if (is_other(a) || is_other(b)) return kDifferent;
    if (a.kind == Kind::combination || b.kind == Kind::combination || a.kind == Kind::builder ||
        b.kind == Kind::builder)
        return {};
    return compare_scalars(a, b, fuel);
}

bool has_signs(const Expr& e) {
    return e.kind == Kind::plus_minus || std::any_of(e.args.begin(), e.args.end(), has_signs);
}

bool region_meets_pair(const Expr& a, const Expr& b) {
    const auto pair = [](const Expr& e) { return e.kind == Kind::tuple || e.kind == Kind::set || is_surely_region(e); };
    return (is_surely_region(a) || is_surely_region(b)) && pair(a) && pair(b);
}

Judged compare_values(const Expr& a, const Expr& b, Fuel& fuel) {
    if (a.kind == Kind::words && b.kind == Kind::words)
        return a.text == b.text ? Judged{Verdict::equal, VerifyStage::words} : Judged{};
    if (region_meets_pair(a, b)) {
        const auto x = region_of(a, fuel), y = region_of(b, fuel);
        if (x && y) return compare_regions(*x, *y, fuel);
    }
    if (has_signs(a) || has_signs(b)) return compare_unordered(a, b, fuel);
    if (is_ordered(a) && is_ordered(b)) return compare_ordered(a, b, fuel);
    if (is_collection(a) && is_collection(b)) return compare_unordered(a, b, fuel);
    if (is_long_ratio(a) && is_long_ratio(b)) return compare_ratios(a, b, fuel);
    return compare_mixed(a, b, fuel);
}

}  // namespace

Judged compare(const Expr& reference, const Expr& answer, Fuel& fuel) {
    if (!fuel.spend(4)) return {};
    if (same_structure(reference, answer, fuel)) return {Verdict::equal, VerifyStage::structure};
    if (reference.kind == Kind::relation && answer.kind == Kind::relation)
        return compare_relations(reference, answer, fuel);
    const Judged out = compare_values(value_of(reference), value_of(answer), fuel);
    if (out.equal()) return out;
    // "sqrt 2 ~ 1.41" gives its value twice.
    if (const auto other = approximate_value(reference)) {
        const Judged near = compare_values(*other, value_of(answer), fuel);
        if (near.equal()) return near;
    }
    if (const auto other = approximate_value(answer)) {
        const Judged near = compare_values(value_of(reference), *other, fuel);
        if (near.equal()) return near;
    }
    return out;
}

}  // namespace retort::math

#include "verify/math/scalar.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "verify/math/ball.h"
#include "verify/math/canon.h"
#include "verify/math/modular.h"
#include "verify/math/rational.h"
#include "verify/math/shape.h"
#include "verify/math/words.h"

namespace retort::math {
namespace {

constexpr std::array<long, 5> kPrecisions = {64, 128, 256, 512, 1024};
constexpr int kPositivePoints = 8, kNegativePoints = 3;
constexpr int kModularPoints = 3;
constexpr std::size_t kDigitsOfReference = 3, kDigitsOfAnswer = 6;

constexpr Judged kEqualByRounding{Verdict::equal, VerifyStage::rounding};

Judged verdict(bool equal, VerifyStage stage) {
    return {equal ? Verdict::equal : Verdict::different, stage};
}

Expr number(std::string digits) {
    return leaf(Kind::number, std::move(digits));
}

// --- a decimal reference's own rounding ---

const Expr& unsigned_part(const Expr& e) {
    return e.kind == Kind::negate ? unsigned_part(e.args[0]) : e;
}

// Half a unit of the last digit written; none for what is no decimal number of so many significant digits.
std::optional<Rational> half_unit(const Expr& decimal, std::size_t fewest_digits) {
    const Expr& e = unsigned_part(decimal);
    if (e.kind != Kind::number) return std::nullopt;
    const std::size_t point = e.text.find('.');
    if (point == std::string::npos) return std::nullopt;
    const std::size_t exponent = std::min(e.text.find('e'), e.text.size());
    std::string digits = e.text.substr(0, exponent);
    digits.erase(point, 1);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.size() < fewest_digits) return std::nullopt;
    std::string half = "0." + std::string(exponent - point - 1, '0') + "5" + e.text.substr(exponent);
    return rational_of(half);
}

// How far apart the two may be: the reference's own rounding, or that of an answer with many digits of a reference that
// is no decimal itself.
std::optional<Rational> admitted(const Expr& reference, const Expr& answer) {
    if (unsigned_part(reference).kind == Kind::number) return half_unit(reference, kDigitsOfReference);
    return half_unit(answer, kDigitsOfAnswer);
}

Judged compare_rationals(const Rational& a, const Rational& b, const std::optional<Rational>& half) {
    if (a == b) return {Verdict::equal, VerifyStage::rational};
    if (!half) return {Verdict::different, VerifyStage::rational};
    Rational apart;
    fmpq_sub(apart.get(), a.get(), b.get());
    fmpq_abs(apart.get(), apart.get());
    if (fmpq_cmp(apart.get(), half->get()) <= 0) return kEqualByRounding;
    return {Verdict::different, VerifyStage::rational};
}

// --- constants ---

bool apart(const Ball& a, const Ball& b) {
    return acb_overlaps(a.get(), b.get()) == 0;
}

bool within(const Ball& a, const Ball& b, const Rational& half, long bits) {
    Ball distance, bound;
    acb_sub(distance.get(), a.get(), b.get(), bits);
    arb_t size;
    arb_init(size);
    acb_abs(size, distance.get(), bits);
    acb_set_fmpq(bound.get(), half.get(), bits);
    const bool out = arb_le(size, acb_realref(bound.get())) != 0;
    arb_clear(size);
    return out;
}

Judged compare_constants(const Expr& a, const Expr& b, Fuel& fuel) {
    const auto half = admitted(a, b);
    const Point nowhere;
    for (const long bits : kPrecisions) {
        const auto x = evaluate_ball(a, nowhere, bits, fuel);
        const auto y = evaluate_ball(b, nowhere, bits, fuel);
        if (!x || !y) {
            if (fuel.empty() || bits == kPrecisions.back()) return {};
            continue;
        }
        if (half && within(*x, *y, *half, bits)) return kEqualByRounding;
        if (apart(*x, *y)) return {Verdict::different, VerifyStage::ball};
    }
    return {Verdict::equal, VerifyStage::ball};
}

// --- variables ---

std::uint64_t scrambled(std::uint64_t x) {  // splitmix64
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
}

// From the variable's name and the point's number, so that swapping the two sides changes nothing.
std::uint64_t random_of(const std::string& symbol, int index) {
    std::uint64_t out = scrambled(static_cast<std::uint64_t>(index) + 1);
    for (const unsigned char c : symbol) out = scrambled(out ^ c);
    return out;
}

std::vector<std::string> symbols_of(const Expr& a, const Expr& b) {
    std::vector<std::string> out;
    collect_symbols(a, out);
    collect_symbols(b, out);
    return out;
}

ModularPoint modular_point(const std::vector<std::string>& symbols, int index) {
    ModularPoint out;
    for (const std::string& symbol : symbols) out[symbol] = random_of(symbol, index) % kPrime;
    return out;
}

Point real_point(const std::vector<std::string>& symbols, int index, bool negative) {
    Point out;
    for (const std::string& symbol : symbols) {
        const auto random = random_of(symbol, 100 + index);
        const auto top = static_cast<slong>(random % 89 + 5);
        fmpq_set_si(out[symbol].get(), negative && (random >> 20U) % 2 == 0 ? -top : top, 23);
    }
    return out;
}

// None when one of them is no rational function.
std::optional<Judged> compare_rational_functions(const Expr& a, const Expr& b, Fuel& fuel) {
    const auto symbols = symbols_of(a, b);
    int met = 0;
    for (int i = 0; i < kModularPoints; ++i) {
        const ModularPoint point = modular_point(symbols, i);
        const ModularValue x = evaluate_modular(a, point, fuel), y = evaluate_modular(b, point, fuel);
        if (x.fault == ModularFault::not_rational || y.fault == ModularFault::not_rational) return std::nullopt;
        if (x.fault != ModularFault::none || y.fault != ModularFault::none) continue;
        if (x.value != y.value) return Judged{Verdict::different, VerifyStage::polynomial};
        ++met;
    }
    if (met == 0) return std::nullopt;
    return Judged{Verdict::equal, VerifyStage::polynomial};
}

bool may_be_real(const Ball& x) {
    return arb_contains_zero(acb_imagref(x.get())) != 0;
}

// At one point: unknown where one side is undefined.
Verdict compare_at(const Expr& a, const Expr& b, const Point& point, bool only_real, Fuel& fuel) {
    for (const long bits : kPrecisions) {
        const auto x = evaluate_ball(a, point, bits, fuel);
        const auto y = evaluate_ball(b, point, bits, fuel);
        if (!x || !y) return Verdict::unknown;
        if (only_real && (!may_be_real(*x) || !may_be_real(*y))) return Verdict::unknown;
        if (apart(*x, *y)) return Verdict::different;
        if (bits >= 256) return Verdict::equal;
    }
    return Verdict::equal;
}

// Positive points first; negative ones count only where both sides are real there, so that ln(x^2) = 2 ln x stands.
Judged compare_at_points(const Expr& a, const Expr& b, Fuel& fuel) {
    const auto symbols = symbols_of(a, b);
    int met = 0;
    for (int i = 0; i < kPositivePoints + kNegativePoints; ++i) {
        const bool negative = i >= kPositivePoints;
        const Verdict here = compare_at(a, b, real_point(symbols, i, negative), negative, fuel);
        if (fuel.empty()) return {};
        if (here == Verdict::different) return {Verdict::different, VerifyStage::points};
        met += here == Verdict::equal && !negative ? 1 : 0;
    }
    if (met < 2) return {};
    return {Verdict::equal, VerifyStage::points};
}

Judged compare_plain(const Expr& a, const Expr& b, Fuel& fuel) {
    if (same_structure(a, b, fuel)) return {Verdict::equal, VerifyStage::structure};
    if (is_infinite(a) || is_infinite(b)) {
        const Expr& other = is_infinite(a) ? b : a;
        std::vector<std::string> names;
        collect_symbols(other, names);
        return names.empty() ? verdict(false, VerifyStage::structure) : Judged{};
    }
    // Both sides always, though the first may have failed: the fuel spent is the same in either order.
    const auto x = evaluate_rational(a, fuel), y = evaluate_rational(b, fuel);
    if (x && y) return compare_rationals(*x, *y, admitted(a, b));
    if (symbols_of(a, b).empty()) return compare_constants(a, b, fuel);
    if (const auto decided = compare_rational_functions(a, b, fuel)) return *decided;
    return compare_at_points(a, b, fuel);
}

// --- quantities ---

Expr times(const Expr& e, Expr factor) {
    return node(Kind::multiply, {e, std::move(factor)});
}

// One side says percent, the other is the number itself or the share.
Judged compare_scaled(const Expr& a, const Expr& b, bool scale_first, const Expr& factor, Fuel& fuel) {
    const Judged as_written = compare_plain(a, b, fuel);
    if (as_written.equal()) return as_written;
    const Judged scaled =
        scale_first ? compare_plain(times(a, factor), b, fuel) : compare_plain(a, times(b, factor), fuel);
    return scaled.equal() ? scaled : as_written;
}

Expr degrees_in_radian() {
    return node(Kind::divide, {number("180"), leaf(Kind::constant, "pi")});
}

// Digits of a number in a base are often written without the base.
std::optional<Judged> compare_bases(const Expr& a, const Expr& b) {
    const bool one = (a.kind == Kind::based) != (b.kind == Kind::based);
    if (!one) return std::nullopt;
    const Expr &based = a.kind == Kind::based ? a : b, &other = a.kind == Kind::based ? b : a;
    if (other.kind != Kind::number || other.text != based.text) return std::nullopt;
    return Judged{Verdict::equal, VerifyStage::structure};
}

}  // namespace

Judged compare_scalars(const Expr& reference, const Expr& answer, Fuel& fuel) {
    if (same_structure(reference, answer, fuel)) return {Verdict::equal, VerifyStage::structure};
    const Quantity a = quantity_of(reference), b = quantity_of(answer);
    if (const auto decided = compare_bases(a.value, b.value)) return *decided;
    const auto unit_a = unit_meaning(a.unit), unit_b = unit_meaning(b.unit);
    if (unit_a && unit_b) {
        if (unit_a->dimension != unit_b->dimension) return {Verdict::different, VerifyStage::structure};
        if (unit_a->factor != unit_b->factor)
            return compare_plain(times(a.value, number(std::string(unit_a->factor))),
                                 times(b.value, number(std::string(unit_b->factor))), fuel);
    }
    if (a.percent != b.percent) return compare_scaled(a.value, b.value, b.percent, number("100"), fuel);
    if (a.degree != b.degree) return compare_scaled(a.value, b.value, b.degree, degrees_in_radian(), fuel);
    return compare_plain(a.value, b.value, fuel);
}

namespace {

enum class Scale { unknown, zero, different, factor };

// What one equation's difference is of the other's at a point: a zero of both says nothing, a zero of one tells them
// apart.
Scale scale_at(const Expr& a, const Expr& b, const Point& point, Fuel& fuel, Ball& factor) {
    constexpr long kBits = 256;
    const auto x = evaluate_ball(a, point, kBits, fuel), y = evaluate_ball(b, point, kBits, fuel);
    if (!x || !y) return Scale::unknown;
    const bool zero_x = acb_contains_zero(x->get()) != 0, zero_y = acb_contains_zero(y->get()) != 0;
    if (zero_x && zero_y) return Scale::zero;
    if (zero_x || zero_y) return Scale::different;
    acb_div(factor.get(), x->get(), y->get(), kBits);
    return acb_is_finite(factor.get()) != 0 ? Scale::factor : Scale::unknown;
}

}  // namespace

Judged compare_up_to_scale(const Expr& left_zero, const Expr& right_zero, bool positive, Fuel& fuel) {
    const auto symbols = symbols_of(left_zero, right_zero);
    std::optional<Ball> first;
    int met = 0;
    for (int i = 0; i < kPositivePoints; ++i) {
        Ball here;
        const Scale scale = scale_at(left_zero, right_zero, real_point(symbols, i, i % 2 == 1), fuel, here);
        if (fuel.empty()) return {};
        if (scale == Scale::unknown || scale == Scale::zero) continue;
        const bool turned = scale == Scale::factor && positive && !arb_is_positive(acb_realref(here.get()));
        if (scale == Scale::different || turned || (first && apart(*first, here)))
            return {Verdict::different, VerifyStage::equation};
        if (first)
            ++met;
        else
            first = here;
    }
    if (met < 2) return {};
    return {Verdict::equal, VerifyStage::equation};
}

}  // namespace retort::math

#include "verify/math/modular.h"

#include <flint/fmpz.h>

#include "verify/math/rational.h"

namespace retort::math {
namespace {

// Between exact powers; a larger exponent is no polynomial that anyone wrote out.
constexpr slong kLargestExponent = 10'000;

// 2^61 is 1 modulo the prime: the high part is added to the low one.
std::uint64_t reduced(std::uint64_t below_twice) {
    return below_twice >= kPrime ? below_twice - kPrime : below_twice;
}
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    const auto wide = static_cast<unsigned __int128>(a) * b;
    return reduced(static_cast<std::uint64_t>(wide & kPrime) + static_cast<std::uint64_t>(wide >> 61U));
}
std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
    return reduced(a + b);
}
std::uint64_t minus(std::uint64_t a) {
    return a == 0 ? 0 : kPrime - a;
}
std::uint64_t raised(std::uint64_t base, std::uint64_t exponent) {
    std::uint64_t out = 1;
    for (; exponent > 0; exponent >>= 1U, base = times(base, base))
        if ((exponent & 1U) != 0) out = times(out, base);
    return out;
}

constexpr ModularValue kNotRational{0, ModularFault::not_rational};
constexpr ModularValue kUndefined{0, ModularFault::undefined};

ModularValue quotient(std::uint64_t a, std::uint64_t b) {
    if (b == 0) return kUndefined;
    return {times(a, raised(b, kPrime - 2))};
}

ModularValue of_rational(const Rational& r) {
    return quotient(fmpz_fdiv_ui(fmpq_numref(r.get()), kPrime), fmpz_fdiv_ui(fmpq_denref(r.get()), kPrime));
}

ModularValue power(const Expr& e, const ModularPoint& point, Fuel& fuel) {
    const auto exponent = evaluate_rational(e.args[1], fuel);
    if (!exponent || !exponent->is_integer() || !fmpz_fits_si(fmpq_numref(exponent->get()))) return kNotRational;
    const slong n = fmpz_get_si(fmpq_numref(exponent->get()));
    if (n > kLargestExponent || n < -kLargestExponent) return kNotRational;
    const ModularValue base = evaluate_modular(e.args[0], point, fuel);
    if (base.fault != ModularFault::none) return base;
    const std::uint64_t value = raised(base.value, static_cast<std::uint64_t>(n < 0 ? -n : n));
    return n < 0 ? quotient(1, value) : ModularValue{value};
}

ModularValue fold(const Expr& e, const ModularPoint& point, Fuel& fuel) {
    ModularValue out = evaluate_modular(e.args[0], point, fuel);
    for (std::size_t i = 1; out.fault == ModularFault::none && i < e.args.size(); ++i) {
        const ModularValue next = evaluate_modular(e.args[i], point, fuel);
        if (next.fault != ModularFault::none) return next;
        if (e.kind == Kind::add)
            out.value = plus(out.value, next.value);
        else if (e.kind == Kind::multiply)
            out.value = times(out.value, next.value);
        else
            out = quotient(out.value, next.value);
    }
    return out;
}

}  // namespace

ModularValue evaluate_modular(const Expr& e, const ModularPoint& point, Fuel& fuel) {
    if (!fuel.spend(e.kind == Kind::divide || e.kind == Kind::power ? 6 : 2)) return kNotRational;
    switch (e.kind) {
        case Kind::number: {
            const auto value = rational_of(e.text);
            return value ? of_rational(*value) : kNotRational;
        }
        case Kind::symbol: {
            const auto found = point.find(e.text);
            return found == point.end() ? kNotRational : ModularValue{found->second};
        }
        case Kind::negate: {
            const ModularValue value = evaluate_modular(e.args[0], point, fuel);
            return value.fault == ModularFault::none ? ModularValue{minus(value.value)} : value;
        }
        case Kind::unit:
            return evaluate_modular(e.args[0], point, fuel);
        case Kind::add:
        case Kind::multiply:
            return fold(e, point, fuel);
        case Kind::divide:
            return e.args.size() == 2 ? fold(e, point, fuel) : kNotRational;
        case Kind::power:
            return power(e, point, fuel);
        case Kind::call: {
            const auto value = evaluate_rational(e, fuel);
            return value ? of_rational(*value) : kNotRational;
        }
        default:
            return kNotRational;
    }
}

}  // namespace retort::math

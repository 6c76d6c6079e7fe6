#include "verify/math/rational.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

namespace retort::math {
namespace {

constexpr slong kMostBits = 60'000;
constexpr long kMostExponent = 4'000;  // of ten, in a written number
constexpr std::size_t kMostWrittenDigits = 4'096;
constexpr ulong kMostFactorial = 3'000;

using Value = std::optional<Rational>;

slong bits(const Rational& r) {
    return static_cast<slong>(fmpz_bits(fmpq_numref(r.get())) + fmpz_bits(fmpq_denref(r.get())));
}

Value checked(Rational r) {
    if (bits(r) > kMostBits) return std::nullopt;
    return r;
}

bool afford(slong result_bits, Fuel& fuel) {
    return fuel.spend(price_of_bits(result_bits));
}

// A small whole number, as an exponent or a factorial needs.
std::optional<slong> small(const Rational& r) {
    if (!r.is_integer() || !fmpz_fits_si(fmpq_numref(r.get()))) return std::nullopt;
    return fmpz_get_si(fmpq_numref(r.get()));
}

// A root that comes out: (9/4)^(1/2).
Value exact_root(const Rational& base, const fmpz* degree_of, Fuel& fuel) {
    const auto degree = fmpz_fits_si(degree_of) ? fmpz_get_si(degree_of) : 0;
    if (degree < 2 || degree > 64 || fmpq_sgn(base.get()) < 0 || !afford(bits(base), fuel)) return std::nullopt;
    Rational root;
    const int top = fmpz_root(fmpq_numref(root.get()), fmpq_numref(base.get()), degree);
    const int bottom = fmpz_root(fmpq_denref(root.get()), fmpq_denref(base.get()), degree);
    if (top == 0 || bottom == 0) return std::nullopt;
    return root;
}

Value power(const Rational& base, const Rational& exponent, Fuel& fuel) {
    Rational out;
    if (!exponent.is_integer()) {
        const auto root = exact_root(base, fmpq_denref(exponent.get()), fuel);
        if (!root) return std::nullopt;
        Rational whole;
        fmpz_set(fmpq_numref(whole.get()), fmpq_numref(exponent.get()));
        return power(*root, whole, fuel);
    }
    const auto n = small(exponent);
    if (fmpq_is_one(base.get())) return base;
    if (fmpq_is_zero(base.get())) {
        if (fmpq_sgn(exponent.get()) > 0) return base;
        return std::nullopt;
    }
    if (!n || *n > kMostBits || *n < -kMostBits || bits(base) * std::max(*n, -*n) > kMostBits) return std::nullopt;
    if (!afford(bits(base) * std::max(*n, -*n), fuel)) return std::nullopt;
    fmpq_pow_si(out.get(), base.get(), *n);
    return out;
}

Value factorial(const Rational& of, Fuel& fuel) {
    const auto n = small(of);
    if (!n || *n < 0 || static_cast<ulong>(*n) > kMostFactorial || !fuel.spend(*n)) return std::nullopt;
    Rational out;
    fmpz_fac_ui(fmpq_numref(out.get()), static_cast<ulong>(*n));
    return out;
}

Value binomial(const Rational& from, const Rational& choose, Fuel& fuel) {
    const auto n = small(from), k = small(choose);
    if (!n || !k || *n < 0 || *k < 0 || *n > 100'000 || *k > *n + 1) return std::nullopt;
    if (std::min(*k, *n - *k) > 2'000 || !fuel.spend(std::min(*k, *n - *k) + 1)) return std::nullopt;
    Rational out;
    fmpz_bin_uiui(fmpq_numref(out.get()), static_cast<ulong>(*n), static_cast<ulong>(*k));
    return checked(std::move(out));
}

Rational round_down(const Rational& r) {
    Rational out;
    fmpz_fdiv_q(fmpq_numref(out.get()), fmpq_numref(r.get()), fmpq_denref(r.get()));
    return out;
}

Rational negated(const Rational& r) {
    Rational out;
    fmpq_neg(out.get(), r.get());
    return out;
}

Value modulo(const Rational& a, const Rational& b) {
    if (fmpq_is_zero(b.get())) return std::nullopt;
    Rational quotient, out;
    fmpq_div(quotient.get(), a.get(), b.get());
    quotient = round_down(quotient);
    fmpq_mul(out.get(), quotient.get(), b.get());
    fmpq_sub(out.get(), a.get(), out.get());
    return out;
}

// Common divisors and multiples of whole numbers.
Value divisors(const std::vector<Rational>& args, bool multiple, Fuel& fuel) {
    Rational out = args[0];
    for (const Rational& arg : args) {
        if (!arg.is_integer() || bits(out) > kMostBits || !afford(bits(out) + bits(arg), fuel)) return std::nullopt;
        const auto step = multiple ? fmpz_lcm : fmpz_gcd;
        step(fmpq_numref(out.get()), fmpq_numref(out.get()), fmpq_numref(arg.get()));
    }
    return checked(std::move(out));
}

Rational extreme(const std::vector<Rational>& args, bool largest) {
    Rational out = args[0];
    for (const Rational& arg : args)
        if ((fmpq_cmp(arg.get(), out.get()) > 0) == largest) out = arg;
    return out;
}

Value call(const std::string& name, const std::vector<Rational>& args, Fuel& fuel) {
    if (args.empty()) return std::nullopt;
    if (name == "gcd" || name == "lcm") return divisors(args, name == "lcm", fuel);
    if (name == "max" || name == "min") return extreme(args, name == "max");
    if (args.size() == 2) {
        if (name == "binom") return binomial(args[0], args[1], fuel);
        if (name == "mod") return modulo(args[0], args[1]);
        if (name == "root") {
            Rational inverse;
            if (fmpq_is_zero(args[1].get())) return std::nullopt;
            fmpq_inv(inverse.get(), args[1].get());
            return power(args[0], inverse, fuel);
        }
    }
    if (args.size() != 1) return std::nullopt;
    const Rational& x = args[0];
    if (name == "factorial") return factorial(x, fuel);
    if (name == "abs") return fmpq_sgn(x.get()) < 0 ? negated(x) : x;
    if (name == "floor") return round_down(x);
    if (name == "ceil") return negated(round_down(negated(x)));
    if (name == "sqrt") {
        Rational half;
        fmpq_set_si(half.get(), 1, 2);
        return power(x, half, fuel);
    }
    return std::nullopt;
}

Value based(const std::string& digits, const Rational& base) {
    const auto b = small(base);
    if (!b || *b < 2 || *b > 36 || digits.size() > 200) return std::nullopt;
    Rational out;
    for (const char c : digits) {
        const int digit = c - '0';
        if (digit < 0 || digit >= *b) return std::nullopt;
        fmpz_mul_si(fmpq_numref(out.get()), fmpq_numref(out.get()), *b);
        fmpz_add_si(fmpq_numref(out.get()), fmpq_numref(out.get()), digit);
    }
    return out;
}

using Operation = void (*)(fmpq*, const fmpq*, const fmpq*);

Value fold(const std::vector<Rational>& args, Operation operation, Fuel& fuel) {
    Rational out = args[0];
    for (std::size_t i = 1; i < args.size(); ++i) {
        if (!afford(bits(out) + bits(args[i]), fuel)) return std::nullopt;
        operation(out.get(), out.get(), args[i].get());
        if (bits(out) > kMostBits) return std::nullopt;
    }
    return out;
}

Value divide(const std::vector<Rational>& args, Fuel& fuel) {
    for (std::size_t i = 1; i < args.size(); ++i)
        if (fmpq_is_zero(args[i].get())) return std::nullopt;
    return fold(args, [](fmpq* out, const fmpq* a, const fmpq* b) { fmpq_div(out, a, b); }, fuel);
}

Value combine(const Expr& e, const std::vector<Rational>& args, Fuel& fuel) {
    switch (e.kind) {
        case Kind::add:
            return fold(args, [](fmpq* out, const fmpq* a, const fmpq* b) { fmpq_add(out, a, b); }, fuel);
        case Kind::multiply:
            return fold(args, [](fmpq* out, const fmpq* a, const fmpq* b) { fmpq_mul(out, a, b); }, fuel);
        case Kind::divide:
        case Kind::ratio:
            return args.size() == 2 ? divide(args, fuel) : std::nullopt;
        case Kind::power:
            return power(args[0], args[1], fuel);
        case Kind::negate:
            return negated(args[0]);
        case Kind::call:
            return call(e.text, args, fuel);
        case Kind::based:
            return based(e.text, args[0]);
        case Kind::percent: {
            Rational out;
            fmpq_set_si(out.get(), 1, 100);
            fmpq_mul(out.get(), out.get(), args[0].get());
            return out;
        }
        case Kind::unit:
            return args[0];
        default:
            return std::nullopt;
    }
}

bool evaluates(Kind kind) {
    switch (kind) {
        case Kind::add:
        case Kind::multiply:
        case Kind::divide:
        case Kind::ratio:
        case Kind::power:
        case Kind::negate:
        case Kind::call:
        case Kind::based:
        case Kind::percent:
        case Kind::unit:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::optional<Rational> rational_of(const std::string& digits) {
    const std::size_t e = digits.find('e');
    std::string mantissa = digits.substr(0, e);
    long exponent = 0;
    if (e != std::string::npos) {
        const std::string_view written = std::string_view(digits).substr(e + 1);
        const std::string_view power = written.starts_with('+') ? written.substr(1) : written;
        const auto read = std::from_chars(power.begin(), power.end(), exponent);
        if (written.size() > 6 || read.ec != std::errc{} || read.ptr != power.end()) return std::nullopt;
    }
    const std::size_t point = mantissa.find('.');
    if (point != std::string::npos) {
        exponent -= static_cast<long>(mantissa.size() - point - 1);
        mantissa.erase(point, 1);
    }
    if (exponent > kMostExponent || exponent < -kMostExponent || mantissa.empty() ||
        mantissa.size() > kMostWrittenDigits)
        return std::nullopt;
    Rational out;
    if (fmpz_set_str(fmpq_numref(out.get()), mantissa.c_str(), 10) != 0) return std::nullopt;
    Rational scale;
    fmpz_set_ui(fmpq_numref(scale.get()), 10);
    fmpz_pow_ui(fmpq_numref(scale.get()), fmpq_numref(scale.get()), static_cast<ulong>(std::max(exponent, -exponent)));
    if (exponent < 0)
        fmpq_div(out.get(), out.get(), scale.get());
    else
        fmpq_mul(out.get(), out.get(), scale.get());
    return out;
}

std::string decimal_digits(const Rational& value) {
    char* digits = fmpq_get_str(nullptr, 10, value.get());
    std::string out(digits);
    flint_free(digits);
    return out;
}

std::optional<Rational> evaluate_rational(const Expr& e, Fuel& fuel) {
    if (!fuel.spend(2)) return std::nullopt;
    if (e.kind == Kind::number) {
        auto value = rational_of(e.text);
        if (value && !afford(bits(*value), fuel)) return std::nullopt;
        return value;
    }
    if (!evaluates(e.kind) || e.args.empty()) return std::nullopt;
    std::vector<Rational> args;
    for (const Expr& arg : e.args) {
        auto value = evaluate_rational(arg, fuel);
        if (!value) return std::nullopt;
        args.push_back(std::move(*value));
    }
    return combine(e, args, fuel);
}

}  // namespace retort::math

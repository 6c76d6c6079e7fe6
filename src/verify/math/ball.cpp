#include "verify/math/ball.h"

#include <unordered_map>

namespace retort::math {
namespace {

using Value = std::optional<Ball>;
using Function = void (*)(acb_t, const acb_t, slong);

// Beyond this many bits in an exponent the value's size itself cannot be written.
constexpr slong kLargestExponentBits = 30;

void inverse_cot(acb_t out, const acb_t x, slong bits) {
    acb_inv(out, x, bits);
    acb_atan(out, out, bits);
}
void inverse_sec(acb_t out, const acb_t x, slong bits) {
    acb_inv(out, x, bits);
    acb_acos(out, out, bits);
}
void inverse_csc(acb_t out, const acb_t x, slong bits) {
    acb_inv(out, x, bits);
    acb_asin(out, out, bits);
}
void log_ten(acb_t out, const acb_t x, slong bits) {
    Ball ten;
    acb_set_si(ten.get(), 10);
    acb_log(ten.get(), ten.get(), bits);
    acb_log(out, x, bits);
    acb_div(out, out, ten.get(), bits);
}
void absolute(acb_t out, const acb_t x, slong bits) {
    arb_t size;
    arb_init(size);
    acb_abs(size, x, bits);
    acb_set_arb(out, size);
    arb_clear(size);
}
void factorial(acb_t out, const acb_t x, slong bits) {
    acb_add_ui(out, x, 1, bits);
    acb_gamma(out, out, bits);
}
void real_floor(acb_t out, const acb_t x, slong bits) {
    arb_floor(acb_realref(out), acb_realref(x), bits);
    arb_zero(acb_imagref(out));
}
void real_ceil(acb_t out, const acb_t x, slong bits) {
    arb_ceil(acb_realref(out), acb_realref(x), bits);
    arb_zero(acb_imagref(out));
}

// A real cube root of a negative number is what people mean.
void cube_root(acb_t out, const acb_t x, slong bits) {
    if (acb_is_real(x)) {
        arb_root_ui(acb_realref(out), acb_realref(x), 3, bits);
        if (arb_is_finite(acb_realref(out))) return arb_zero(acb_imagref(out));
        arb_neg(acb_realref(out), acb_realref(x));
        arb_root_ui(acb_realref(out), acb_realref(out), 3, bits);
        arb_neg(acb_realref(out), acb_realref(out));
        return arb_zero(acb_imagref(out));
    }
    acb_root_ui(out, x, 3, bits);
}

const std::unordered_map<std::string, Function>& functions() {
    static const std::unordered_map<std::string, Function> table = {
        {"sin", acb_sin},        {"cos", acb_cos},        {"tan", acb_tan},         {"cot", acb_cot},
        {"sec", acb_sec},        {"csc", acb_csc},        {"sinh", acb_sinh},       {"cosh", acb_cosh},
        {"tanh", acb_tanh},      {"coth", acb_coth},      {"exp", acb_exp},         {"ln", acb_log},
        {"log", acb_log},        {"log10", log_ten},      {"sqrt", acb_sqrt},       {"cbrt", cube_root},
        {"arcsin", acb_asin},    {"arccos", acb_acos},    {"arctan", acb_atan},     {"arccot", inverse_cot},
        {"arcsec", inverse_sec}, {"arccsc", inverse_csc}, {"arsinh", acb_asinh},    {"arcosh", acb_acosh},
        {"artanh", acb_atanh},   {"abs", absolute},       {"factorial", factorial}, {"floor", real_floor},
        {"ceil", real_ceil}};
    return table;
}

// The size of a function's argument, when its value would not fit any exponent.
bool too_large(const Ball& x) {
    arf_t size;
    arf_init(size);
    acb_get_abs_ubound_arf(size, x.get(), 30);
    const bool out = arf_cmpabs_2exp_si(size, kLargestExponentBits) > 0;
    arf_clear(size);
    return out;
}

Value raise(const Ball& base, const Ball& exponent, slong bits) {
    Ball out, log;
    if (acb_is_zero(base.get())) {
        if (arb_is_positive(acb_realref(exponent.get())) == 0) return std::nullopt;
        return out;
    }
    acb_log(log.get(), base.get(), bits);
    acb_mul(log.get(), log.get(), exponent.get(), bits);
    if (!acb_is_finite(log.get()) && !acb_is_int(exponent.get())) return std::nullopt;
    if (too_large(acb_is_finite(log.get()) ? log : exponent)) return std::nullopt;
    acb_pow(out.get(), base.get(), exponent.get(), bits);
    return out;
}

Value logarithm(const Ball& x, const Ball& base, slong bits) {
    Ball out, below;
    acb_log(out.get(), x.get(), bits);
    acb_log(below.get(), base.get(), bits);
    acb_div(out.get(), out.get(), below.get(), bits);
    return out;
}

// n!/(k!(n-k)!) with the gamma function for factorials.
Value general_binomial(const Ball& n, const Ball& k, slong bits) {
    Ball top, bottom, rest;
    acb_sub(rest.get(), n.get(), k.get(), bits);
    factorial(top.get(), n.get(), bits);
    factorial(bottom.get(), k.get(), bits);
    factorial(rest.get(), rest.get(), bits);
    acb_mul(bottom.get(), bottom.get(), rest.get(), bits);
    acb_div(top.get(), top.get(), bottom.get(), bits);
    return top;
}

// For a small whole k it is a polynomial in n.
Value binomial(const Ball& n, const Ball& chosen, const Expr& choose, slong bits, Fuel& fuel) {
    const auto k = evaluate_rational(choose, fuel);
    if (!k || !k->is_integer() || fmpz_cmp_si(fmpq_numref(k->get()), 64) > 0 || fmpq_sgn(k->get()) < 0) {
        if (too_large(n) || too_large(chosen)) return std::nullopt;
        return general_binomial(n, chosen, bits);
    }
    Ball out, term;
    acb_one(out.get());
    const slong times = fmpz_get_si(fmpq_numref(k->get()));
    for (slong i = 0; i < times; ++i) {
        acb_sub_si(term.get(), n.get(), i, bits);
        acb_mul(out.get(), out.get(), term.get(), bits);
        acb_div_si(out.get(), out.get(), i + 1, bits);
    }
    return out;
}

Value modulo(const Ball& a, const Ball& b, slong bits) {
    Ball quotient;
    acb_div(quotient.get(), a.get(), b.get(), bits);
    real_floor(quotient.get(), quotient.get(), bits);
    acb_mul(quotient.get(), quotient.get(), b.get(), bits);
    acb_sub(quotient.get(), a.get(), quotient.get(), bits);
    return quotient;
}

// Prices by measurement (bench/verify_bench): from 64 to 1,024 bits, of the dearer of real and complex arguments.
std::int64_t words_of(slong bits) {
    return bits / 64;
}
std::int64_t price_of_node(slong bits) {
    return 3 + words_of(bits) / 4;
}
std::int64_t price_of_function(const std::string& name, slong bits) {
    const std::int64_t words = words_of(bits);
    return name == "factorial" || name == "binom" ? 100 + 12 * words * words : 20 + 8 * words;
}

class Evaluator {
  public:
    Evaluator(const Point& point, slong bits, Fuel& fuel) : point_(point), bits_(bits), fuel_(fuel) {}

    Value of(const Expr& e) {
        if (!fuel_.spend(price_of_node(bits_))) return std::nullopt;
        Value out = of_kind(e);
        if (!out || !acb_is_finite(out->get())) return std::nullopt;
        return out;
    }

  private:
    Value of_kind(const Expr& e) {
        switch (e.kind) {
            case Kind::number:
                return number(e);
            case Kind::constant:
                return constant(e.text);
            case Kind::symbol:
                return symbol(e.text);
            case Kind::add:
                return fold(e, acb_add);
            case Kind::multiply:
                return fold(e, acb_mul);
            case Kind::divide:
            case Kind::ratio:
                return e.args.size() == 2 ? fold(e, acb_div) : std::nullopt;
            case Kind::power:
                return power(e);
            case Kind::negate:
                return negate(e);
            case Kind::percent:
            case Kind::degree:
                return scaled(e);
            case Kind::unit:
                return of(e.args[0]);
            case Kind::call:
                return call(e);
            default:
                return std::nullopt;
        }
    }

    Value rational(const Rational& value) const {
        Ball out;
        acb_set_fmpq(out.get(), value.get(), bits_);
        return out;
    }

    Value number(const Expr& e) const {
        const auto value = rational_of(e.text);
        if (!value) return std::nullopt;
        return rational(*value);
    }

    Value symbol(const std::string& name) const {
        const auto found = point_.find(name);
        if (found == point_.end()) return std::nullopt;
        return rational(found->second);
    }

    Value constant(const std::string& name) const {
        Ball out;
        if (name == "pi")
            acb_const_pi(out.get(), bits_);
        else if (name == "i")
            acb_onei(out.get());
        else if (name == "e")
            arb_const_e(acb_realref(out.get()), bits_);
        else
            return std::nullopt;
        return out;
    }

    Value fold(const Expr& e, void (*operation)(acb_t, const acb_t, const acb_t, slong)) {
        Value out = of(e.args[0]);
        for (std::size_t i = 1; out && i < e.args.size(); ++i) {
            const Value next = of(e.args[i]);
            if (!next) return std::nullopt;
            operation(out->get(), out->get(), next->get(), bits_);
        }
        return out;
    }

    Value negate(const Expr& e) {
        Value out = of(e.args[0]);
        if (out) acb_neg(out->get(), out->get());
        return out;
    }

    Value scaled(const Expr& e) {
        Value out = of(e.args[0]);
        if (!out) return out;
        if (e.kind == Kind::percent) {
            acb_div_si(out->get(), out->get(), 100, bits_);
        } else {
            Ball turn;
            acb_const_pi(turn.get(), bits_);
            acb_mul(out->get(), out->get(), turn.get(), bits_);
            acb_div_si(out->get(), out->get(), 180, bits_);
        }
        return out;
    }

    Value power(const Expr& e) {
        if (e.args[0].kind == Kind::constant && e.args[0].text == "e") {
            Value exponent = of(e.args[1]);
            if (!exponent || too_large(*exponent) || !fuel_.spend(price_of_function("exp", bits_))) return std::nullopt;
            acb_exp(exponent->get(), exponent->get(), bits_);
            return exponent;
        }
        const Value base = of(e.args[0]);
        if (!base) return std::nullopt;
        const Value exponent = of(e.args[1]);
        if (!exponent || !fuel_.spend(2 * price_of_function("exp", bits_))) return std::nullopt;
        return raise(*base, *exponent, bits_);
    }

    Value call(const Expr& e) {
        if (const auto exact = point_.empty() ? evaluate_rational(e, fuel_) : std::nullopt) return rational(*exact);
        std::vector<Ball> args;
        for (const Expr& arg : e.args) {
            Value value = of(arg);
            if (!value) return std::nullopt;
            args.push_back(std::move(*value));
        }
        return args.size() == 1 ? unary(e.text, args[0]) : several(e, args);
    }

    Value unary(const std::string& name, const Ball& x) {
        if (name == "max" || name == "min") return x;
        const auto found = functions().find(name);
        if (found == functions().end() || too_large(x) || !fuel_.spend(price_of_function(name, bits_)))
            return std::nullopt;
        const bool whole = name == "floor" || name == "ceil";
        if (whole && !arb_contains_zero(acb_imagref(x.get()))) return std::nullopt;
        Ball out;
        found->second(out.get(), x.get(), bits_);
        return out;
    }

    Value several(const Expr& e, const std::vector<Ball>& args) {
        if (e.text == "max" || e.text == "min") return extreme(args, e.text == "max");
        if (args.size() != 2 || !fuel_.spend(2 * price_of_function(e.text, bits_))) return std::nullopt;
        if (e.text == "log") return logarithm(args[0], args[1], bits_);
        if (e.text == "binom") return binomial(args[0], args[1], e.args[1], bits_, fuel_);
        if (e.text == "mod") return modulo(args[0], args[1], bits_);
        if (e.text == "root") return root(args[0], args[1]);
        return std::nullopt;
    }

    Value root(const Ball& x, const Ball& degree) {
        Ball three, out;
        acb_set_si(three.get(), 3);
        if (acb_equal(degree.get(), three.get())) {
            cube_root(out.get(), x.get(), bits_);
            return out;
        }
        acb_inv(out.get(), degree.get(), bits_);
        if (!acb_is_finite(out.get())) return std::nullopt;
        return raise(x, out, bits_);
    }

    Value extreme(const std::vector<Ball>& args, bool largest) const {
        Ball out = args[0];
        for (const Ball& arg : args) {
            if (!acb_is_real(arg.get())) return std::nullopt;
            const auto choose = largest ? arb_max : arb_min;
            choose(acb_realref(out.get()), acb_realref(out.get()), acb_realref(arg.get()), bits_);
        }
        return out;
    }

    const Point& point_;
    slong bits_;
    Fuel& fuel_;
};

}  // namespace

std::optional<Ball> evaluate_ball(const Expr& e, const Point& point, long bits, Fuel& fuel) {
    return Evaluator(point, bits, fuel).of(e);
}

}  // namespace retort::math

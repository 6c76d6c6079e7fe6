// Whether two values are equal: structure, exact rationals, certified balls, rational functions, random points. Not
// public.
#pragma once

#include "verify/math/expr.h"
#include "verify/math/fuel.h"
#include "verify/verdict.h"

namespace retort::math {

struct Judged {
    Verdict verdict = Verdict::unknown;
    VerifyStage stage = VerifyStage::unparsed;
    bool equal() const { return verdict == Verdict::equal; }
    bool rounded() const { return equal() && stage == VerifyStage::rounding; }
};

// Of a whole whose parts are equal: by rounding when one of them is, and so not symmetric.
inline Judged equal_parts(VerifyStage stage, bool one_rounded) {
    return {Verdict::equal, one_rounded ? VerifyStage::rounding : stage};
}

// Symmetric, but for rounding (verdict.h).
Judged compare_scalars(const Expr& reference, const Expr& answer, Fuel& fuel);

// Whether one equation is the other multiplied by a constant; `positive` asks for a constant above 0, as inequalities
// do.
Judged compare_up_to_scale(const Expr& left_zero, const Expr& right_zero, bool positive, Fuel& fuel);

}  // namespace retort::math

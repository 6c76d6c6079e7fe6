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
    // Not different, but only by rounding: with the sides swapped it may be.
    bool rounded() const { return stage == VerifyStage::rounding; }
};

// Of a whole none of whose parts differ: unknown when one of them is, and by rounding when one of them is.
inline Judged no_part_differs(VerifyStage stage, bool one_unknown, bool one_rounded) {
    const VerifyStage decided = one_unknown ? VerifyStage::unparsed : stage;
    return {one_unknown ? Verdict::unknown : Verdict::equal, one_rounded ? VerifyStage::rounding : decided};
}

// Symmetric, but for rounding (verdict.h).
Judged compare_scalars(const Expr& reference, const Expr& answer, Fuel& fuel);

// Whether one equation is the other multiplied by a constant; `positive` asks for a constant above 0, as inequalities
// do.
Judged compare_up_to_scale(const Expr& left_zero, const Expr& right_zero, bool positive, Fuel& fuel);

}  // namespace retort::math

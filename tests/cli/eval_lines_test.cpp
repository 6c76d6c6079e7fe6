#include "cli/display/eval_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort::cli::test {
namespace {

using testing::HasSubstr;
using testing::Not;

EvalProgress progress(std::int64_t landed) {
    EvalProgress out;
    out.samples = 480;
    out.landed = landed;
    out.judged = landed;
    out.right = landed / 2;
    out.calls = landed * 3;
    out.b_seq = landed * 400;
    out.b_total = landed * 1200;
    out.in_flight = 16;
    return out;
}

std::string text(const std::vector<Line>& lines) {
    std::string out;
    for (const Line& line : lines) out += paint(line, false) + "\n";
    return out;
}

const EvalTitle kTitle{"sums, 120 problems x 4 samples", "pdr:8,4 - summary - m"};

TEST(EvalLines, ShowHowFarItIsAccuracyRateAndTimeLeft) {
    const std::string shown = text(eval_lines(kTitle, progress(240), 60, {100, 24, false}));
    EXPECT_THAT(shown, HasSubstr("##########----------  240 of 480   right 50.0 % (41 to 59)   4.0 samples/s"));
    EXPECT_THAT(shown, HasSubstr("1 min 00 s left"));
    EXPECT_THAT(shown, HasSubstr("720 calls   b_seq 400 a sample   b_total 288,000   16 in flight"));
}

TEST(EvalLines, WhatIsInFlightMayTurnOutEitherWay) {
    EvalProgress quick = progress(58);
    quick.right = 55;
    quick.in_flight = 42;
    EXPECT_THAT(eval_line(quick, 10), HasSubstr("right 94.8 % (45 to 99)"));
    quick.in_flight = 0;
    EXPECT_THAT(eval_line(quick, 10), HasSubstr("right 94.8 % (86 to 98)"));
}

TEST(EvalLines, NeverExceedTheTerminal) {
    for (int width = 1; width < 130; ++width)
        for (const Line& line : eval_lines(kTitle, progress(240), 60, {width, 24, true}))
            EXPECT_LE(columns(line), width);
}

TEST(EvalLines, OfAnEvaluationThatHasJustBegunClaimNothing) {
    const std::string shown = text(eval_lines(kTitle, progress(0), 0, {100, 24, false}));
    EXPECT_THAT(shown, HasSubstr("0 of 480"));
    EXPECT_THAT(shown, Not(HasSubstr("right")));
    EXPECT_THAT(shown, Not(HasSubstr("left")));
}

TEST(EvalLines, CountTheRateOfThisProcessAlone) {
    EvalProgress resumed = progress(240);
    resumed.resumed = 230;
    EXPECT_THAT(eval_line(resumed, 10), HasSubstr("1.0 samples/s"));
}

TEST(EvalLines, NameWhatFailedAndWhatWasCut) {
    EvalProgress bad = progress(10);
    bad.failed = 2;
    bad.truncated = 3;
    EXPECT_THAT(text(eval_lines(kTitle, bad, 1, {100, 24, false})), HasSubstr("3 cut   2 failed"));
}

}  // namespace
}  // namespace retort::cli::test

#include "eval/matched.h"

#include <gtest/gtest.h>

#include "eval/pareto.h"
#include "stats_support.h"

namespace retort::test {
namespace {

// Forty problems, the first `right` of them solved, all at one budget with a spread of a tenth.
RunTable run_at(double budget, int right) {
    std::vector<std::vector<bool>> solved;
    std::vector<double> budgets;
    for (int i = 0; i < 40; ++i) {
        solved.push_back({i < right});
        budgets.push_back(budget * (1 + 0.1 * (i % 2 == 0 ? 1 : -1)));
    }
    return run_with(solved, budgets);
}

TEST(Matched, ACurveIsSortedByBudgetAndNamesItsRuns) {
    const RunTable small = run_at(1000, 10);
    const RunTable large = run_at(4000, 30);
    const auto points = curve({&large, &small}, BudgetAxis::b_total);
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0].run, 1U);
    EXPECT_NEAR(points[0].budget, 1000, 1e-9);
    EXPECT_EQ(points[1].accuracy, 0.75);
    EXPECT_TRUE(curve({}, BudgetAxis::b_seq).empty());
}

TEST(Matched, ReadsNeverBeyondTheMeasured) {
    const std::vector<CurvePoint> points{{0, 1000, 0.2}, {1, 4000, 0.6}};
    EXPECT_FALSE(read_curve(points, 999));
    EXPECT_FALSE(read_curve(points, 4001));
    EXPECT_NEAR(*read_curve(points, 2000), 0.4, 1e-12);  // half way in the logarithm
    EXPECT_FALSE(read_curve({}, 1));
}

TEST(Matched, PointsAtTheSameBudgetCountAsTheirMean) {
    const std::vector<CurvePoint> points{{0, 1000, 0.2}, {1, 1000, 0.4}, {2, 2000, 0.9}};
    EXPECT_NEAR(*read_curve(points, 1000), 0.3, 1e-12);
    EXPECT_NEAR(*read_curve(points, std::sqrt(2.0) * 1000), 0.6, 1e-12);
}

TEST(Matched, DifferencesAreReadAtMeasuredBudgetsInCommon) {
    const RunTable a1 = run_at(1000, 10), a2 = run_at(4000, 30);
    const RunTable b1 = run_at(2000, 10), b2 = run_at(8000, 20);
    const auto common = common_budgets({&a1, &a2}, {&b1, &b2}, BudgetAxis::b_seq);
    ASSERT_TRUE(common);
    EXPECT_NEAR(common->lo, 2000, 1e-6);
    EXPECT_NEAR(common->hi, 4000, 1e-6);
    const auto all = matched_differences({&a1, &a2}, {&b1, &b2}, BudgetAxis::b_seq);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_NEAR(all[0].budget, 2000, 1e-6);
    EXPECT_NEAR(all[0].difference.value, 0.25, 1e-9);   // 0.5 read between, 0.25 measured
    EXPECT_NEAR(all[1].difference.value, 0.375, 1e-9);  // 0.75 measured, 0.375 read between
    EXPECT_NEAR(all[1].a - all[1].b, all[1].difference.value, 1e-12);
    EXPECT_EQ(all[1].difference.problems, 40U);
    ASSERT_TRUE(all[0].difference.ci);
    EXPECT_LT(all[0].difference.ci->lo, 0.25);
    EXPECT_GT(all[0].difference.ci->hi, 0.25);
    EXPECT_GT(all[0].at_the_edge, 0.1);  // 2000 is b's own first budget
    EXPECT_FALSE(matched_difference({&a1, &a2}, {&b1, &b2}, BudgetAxis::b_seq, 1500));
    EXPECT_NEAR(matched_difference({&a1, &a2}, {&b1, &b2}, BudgetAxis::b_seq, 3000)->at_the_edge, 0, 1e-12);
}

TEST(Matched, AFamilyOfOnePointIsComparedAtItsOwnBudget) {
    const RunTable only = run_at(2000, 20);
    const RunTable b1 = run_at(1000, 10), b2 = run_at(4000, 20);
    const auto all = matched_differences({&only}, {&b1, &b2}, BudgetAxis::b_seq);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_NEAR(all[0].difference.value, 0.5 - 0.375, 1e-9);
}

TEST(Matched, FamiliesApartHaveNoDifference) {
    const RunTable a = run_at(1000, 10);
    const RunTable b = run_at(9000, 10);
    EXPECT_FALSE(common_budgets({&a}, {&b}, BudgetAxis::b_seq));
    EXPECT_TRUE(matched_differences({&a}, {&b}, BudgetAxis::b_seq).empty());
    EXPECT_TRUE(matched_differences({}, {&b}, BudgetAxis::b_seq).empty());
    RunTable other = a;
    for (ProblemTable& problem : other.problems) problem.problem += "x";
    EXPECT_TRUE(matched_differences({&a}, {&other}, BudgetAxis::b_seq).empty());
}

TEST(Matched, ARunThatUsedNothingHasNoPlaceOnTheAxis) {
    const RunTable nothing = run_at(0, 0);
    const RunTable b = run_at(9000, 10);
    EXPECT_TRUE(curve({&nothing}, BudgetAxis::b_seq).empty());
    EXPECT_TRUE(matched_differences({&nothing}, {&b}, BudgetAxis::b_seq).empty());
}

TEST(Pareto, TheFrontierIsWhatNothingBeats) {
    const RunTable cheap = run_at(1000, 10), good = run_at(4000, 30), waste = run_at(8000, 12), twin = run_at(4000, 30);
    const std::vector<const RunTable*> runs{&cheap, &good, &waste, &twin};
    const ParetoSet set = pareto(runs, BudgetAxis::b_seq);
    EXPECT_EQ(set.problems, 40U);
    EXPECT_TRUE(set.points[0].on_frontier);
    EXPECT_TRUE(set.points[1].on_frontier);
    EXPECT_FALSE(set.points[2].on_frontier);
    EXPECT_TRUE(set.points[3].on_frontier);  // the same as another is not beaten by it
    EXPECT_NEAR(set.points[0].frequency, 1, 1e-9);
    EXPECT_NEAR(set.points[2].frequency, 0, 1e-9);
}

TEST(Pareto, WhatIsUncertainIsOnTheFrontierSometimes) {
    std::vector<std::vector<bool>> a;
    std::vector<std::vector<bool>> b;
    for (int i = 0; i < 40; ++i) {
        a.push_back({i % 2 == 0});
        b.push_back({i % 2 == 1 || i == 0});
    }
    const RunTable cheap = run_with(a, std::vector<double>(40, 1000));
    const RunTable dear = run_with(b, std::vector<double>(40, 2000));
    const std::vector<const RunTable*> runs{&cheap, &dear};
    const ParetoSet set = pareto(runs, BudgetAxis::b_seq);
    EXPECT_NEAR(set.points[0].frequency, 1, 1e-9);
    EXPECT_GT(set.points[1].frequency, 0.3);
    EXPECT_LT(set.points[1].frequency, 0.8);
}

TEST(Pareto, WithoutProblemsInCommonThereAreNoFigures) {
    const RunTable a = run_at(1000, 10);
    const RunTable none;
    const std::vector<const RunTable*> runs{&a, &none};
    EXPECT_EQ(pareto(runs, BudgetAxis::b_seq).problems, 0U);
    EXPECT_TRUE(pareto({}, BudgetAxis::b_seq).points.empty());
}

}  // namespace
}  // namespace retort::test

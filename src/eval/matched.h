// Two operator families at the same budget. A family is one operator at several budgets; its accuracy as a function of
// the budget is measured at points and read between them, linear in the logarithm of the budget, never beyond them.
// Pure functions, any thread; docs/statistics.md says how the intervals are made.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/stats.h"

namespace retort {

// Runs of one family, in any order. The tables are not owned and outlive the calls.
using Family = std::vector<const RunTable*>;

struct CurvePoint {
    std::size_t run = 0;  // index in the family
    double budget = 0;    // mean over problems
    double accuracy = 0;
};

// The measured points by rising budget. Only problems that all runs of the family have are used. Runs without problems
// in common: empty.
std::vector<CurvePoint> curve(const Family& family, BudgetAxis axis);

// Accuracy at a budget between measured points; none outside them. Points at the same budget count as their mean.
std::optional<double> read_curve(std::span<const CurvePoint> points, double budget);

// Budgets that both families were measured at or between.
std::optional<Interval> common_budgets(const Family& a, const Family& b, BudgetAxis axis);

struct MatchedDifference {
    BudgetAxis axis = BudgetAxis::b_seq;
    double budget = 0;
    double a = 0;  // accuracies read at it
    double b = 0;
    Estimate difference;  // a - b
    // Share of the draws in which the budget lay beyond a family's points, as drawn; its nearest point is read there.
    double at_the_edge = 0;
};

// At one budget; none where either family was not measured around it or they have no problem in common. The bootstrap
// draws problems again for all points at once and reads both curves anew.
std::optional<MatchedDifference> matched_difference(const Family& a, const Family& b, BudgetAxis axis, double budget,
                                                    const BootstrapOptions& options = {});

// At every measured budget of either family that lies in common_budgets, rising: budgets at which at least one of the
// two was measured, not interpolated.
std::vector<MatchedDifference> matched_differences(const Family& a, const Family& b, BudgetAxis axis,
                                                   const BootstrapOptions& options = {});

}  // namespace retort

#include "eval/matched.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "eval/stats_join.h"

namespace retort {
namespace {

constexpr double kSame = 1e-9;  // relative: budgets that differ by less are one

bool same_budget(double a, double b) {
    return std::abs(a - b) <= kSame * std::max(std::abs(a), std::abs(b));
}

// Points of runs [first, first + count) from column sums, by rising budget. A run that used nothing has no place on a
// logarithmic axis.
std::vector<CurvePoint> points_of(std::span<const double> sums, std::size_t first, std::size_t count) {
    std::vector<CurvePoint> out;
    for (std::size_t i = 0; i < count; ++i)
        if (const double budget = mean_budget_of(sums, first + i); budget > 0)
            out.push_back({i, budget, mean_accuracy_of(sums, first + i)});
    std::sort(out.begin(), out.end(), [](const CurvePoint& a, const CurvePoint& b) {
        return std::tie(a.budget, a.run) < std::tie(b.budget, b.run);
    });
    return out;
}

// The mean accuracy of the points that share the budget of points[at].
double accuracy_at(std::span<const CurvePoint> points, std::size_t at) {
    double sum = 0;
    double count = 0;
    for (const CurvePoint& point : points)
        if (same_budget(point.budget, points[at].budget)) sum += point.accuracy, ++count;
    return sum / count;
}

// Beyond the ends: the nearest point's accuracy. `points` is not empty.
double read_held(std::span<const CurvePoint> points, double budget) {
    const auto above =
        static_cast<std::size_t>(std::find_if(points.begin(), points.end(),
                                              [&](const CurvePoint& point) {
                                                  return point.budget >= budget || same_budget(point.budget, budget);
                                              }) -
                                 points.begin());
    if (above == points.size()) return accuracy_at(points, points.size() - 1);
    if (above == 0 || same_budget(points[above].budget, budget)) return accuracy_at(points, above);
    const double low = accuracy_at(points, above - 1);
    const double high = accuracy_at(points, above);
    const double width = std::log(points[above].budget / points[above - 1].budget);
    return low + (high - low) * std::log(budget / points[above - 1].budget) / width;
}

bool covers(std::span<const CurvePoint> points, double budget) {
    if (points.empty()) return false;
    const double first = points.front().budget;
    const double last = points.back().budget;
    return (first <= budget && budget <= last) || same_budget(first, budget) || same_budget(last, budget);
}

// Both families over the problems that all their runs have.
struct Pair {
    Columns columns;
    std::size_t in_a = 0;
    std::size_t in_b = 0;

    std::vector<CurvePoint> a(std::span<const double> sums) const { return points_of(sums, 0, in_a); }
    std::vector<CurvePoint> b(std::span<const double> sums) const { return points_of(sums, in_a, in_b); }
};

Pair pair_of(const Family& a, const Family& b, BudgetAxis axis) {
    Family both = a;
    both.insert(both.end(), b.begin(), b.end());
    return {accuracy_and_budget(both, axis), a.size(), b.size()};
}

// For each budget the share of draws in which a family's points do not reach it.
std::vector<double> shares_at_the_edge(const Pair& pair, std::span<const double> budgets,
                                       const BootstrapOptions& options) {
    std::vector<double> out(budgets.size(), 0.0);
    for_each_draw(pair.columns, options, [&](std::span<const double> sums) {
        const auto a = pair.a(sums);
        const auto b = pair.b(sums);
        for (std::size_t i = 0; i < budgets.size(); ++i)
            if (!covers(a, budgets[i]) || !covers(b, budgets[i])) out[i] += 1.0 / options.draws;
    });
    return out;
}

// At all budgets from the same draws. Every budget is covered by both.
std::vector<MatchedDifference> differences_at(const Pair& pair, BudgetAxis axis, std::span<const double> budgets,
                                              const BootstrapOptions& options) {
    const Figures read = [&pair, budgets](std::span<const double> sums, std::span<double> figures) {
        const auto a = pair.a(sums);
        const auto b = pair.b(sums);
        const bool defined = !a.empty() && !b.empty();
        for (std::size_t i = 0; i < budgets.size(); ++i)
            figures[i] = defined ? read_held(a, budgets[i]) - read_held(b, budgets[i])
                                 : std::numeric_limits<double>::quiet_NaN();
    };
    const auto differences = bootstrap(pair.columns, budgets.size(), read, kDifferenceBounds, options);
    const auto edges = shares_at_the_edge(pair, budgets, options);
    const std::vector<double> sums = pair.columns.sums();
    const auto a = pair.a(sums);
    const auto b = pair.b(sums);
    std::vector<MatchedDifference> out;
    for (std::size_t i = 0; i < budgets.size(); ++i)
        out.push_back(
            {axis, budgets[i], read_held(a, budgets[i]), read_held(b, budgets[i]), *differences[i], edges[i]});
    return out;
}

// Those of the budgets that both families were measured around, rising, each once.
std::vector<double> covered(const Pair& pair, std::vector<double> budgets) {
    if (pair.columns.rows() == 0) return {};
    const std::vector<double> sums = pair.columns.sums();
    const auto a = pair.a(sums);
    const auto b = pair.b(sums);
    std::erase_if(budgets, [&](double budget) { return !covers(a, budget) || !covers(b, budget); });
    std::sort(budgets.begin(), budgets.end());
    budgets.erase(std::unique(budgets.begin(), budgets.end(), same_budget), budgets.end());
    return budgets;
}

std::optional<Interval> common(std::span<const CurvePoint> a, std::span<const CurvePoint> b) {
    if (a.empty() || b.empty()) return std::nullopt;
    const Interval out{std::max(a.front().budget, b.front().budget), std::min(a.back().budget, b.back().budget)};
    if (same_budget(out.lo, out.hi)) return Interval{out.lo, out.lo};
    return out.lo < out.hi ? std::optional<Interval>(out) : std::nullopt;
}

}  // namespace

std::vector<CurvePoint> curve(const Family& family, BudgetAxis axis) {
    const Columns columns = accuracy_and_budget(family, axis);
    if (columns.rows() == 0) return {};
    return points_of(columns.sums(), 0, family.size());
}

std::optional<double> read_curve(std::span<const CurvePoint> points, double budget) {
    if (!covers(points, budget)) return std::nullopt;
    return read_held(points, budget);
}

std::optional<Interval> common_budgets(const Family& a, const Family& b, BudgetAxis axis) {
    const Pair pair = pair_of(a, b, axis);
    if (pair.columns.rows() == 0) return std::nullopt;
    const std::vector<double> sums = pair.columns.sums();
    return common(pair.a(sums), pair.b(sums));
}

std::optional<MatchedDifference> matched_difference(const Family& a, const Family& b, BudgetAxis axis, double budget,
                                                    const BootstrapOptions& options) {
    const Pair pair = pair_of(a, b, axis);
    const std::vector<double> budgets = covered(pair, {budget});
    if (budgets.empty()) return std::nullopt;
    return differences_at(pair, axis, budgets, options).front();
}

std::vector<MatchedDifference> matched_differences(const Family& a, const Family& b, BudgetAxis axis,
                                                   const BootstrapOptions& options) {
    const Pair pair = pair_of(a, b, axis);
    if (pair.columns.rows() == 0) return {};
    const std::vector<double> sums = pair.columns.sums();
    std::vector<double> budgets;
    for (const auto& points : {pair.a(sums), pair.b(sums)})
        for (const CurvePoint& point : points) budgets.push_back(point.budget);
    budgets = covered(pair, std::move(budgets));
    return budgets.empty() ? std::vector<MatchedDifference>() : differences_at(pair, axis, budgets, options);
}

}  // namespace retort

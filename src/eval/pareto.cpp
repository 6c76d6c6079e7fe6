#include "eval/pareto.h"

#include "eval/stats_join.h"

namespace retort {
namespace {

struct Spot {
    double budget = 0;
    double accuracy = 0;
};

bool beats(const Spot& a, const Spot& b) {
    return a.budget <= b.budget && a.accuracy >= b.accuracy && (a.budget < b.budget || a.accuracy > b.accuracy);
}

std::vector<Spot> spots(std::span<const double> sums, std::size_t runs) {
    std::vector<Spot> out;
    for (std::size_t i = 0; i < runs; ++i) out.push_back({mean_budget_of(sums, i), mean_accuracy_of(sums, i)});
    return out;
}

bool on_frontier(const std::vector<Spot>& all, std::size_t i) {
    for (const Spot& other : all)
        if (beats(other, all[i])) return false;
    return true;
}

}  // namespace

ParetoSet pareto(std::span<const RunTable* const> runs, BudgetAxis axis, const BootstrapOptions& options) {
    ParetoSet out;
    out.points.resize(runs.size());
    const Columns columns = accuracy_and_budget(runs, axis);
    out.problems = columns.rows();
    if (out.problems == 0) return out;

    const std::vector<Spot> measured = spots(columns.sums(), runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i)
        out.points[i] = {measured[i].budget, measured[i].accuracy, on_frontier(measured, i), 0};

    for_each_draw(columns, options, [&](std::span<const double> drawn) {
        const std::vector<Spot> now = spots(drawn, runs.size());
        for (std::size_t i = 0; i < runs.size(); ++i)
            if (on_frontier(now, i)) out.points[i].frequency += 1.0 / options.draws;
    });
    return out;
}

}  // namespace retort

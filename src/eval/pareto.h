// Which runs are worth their budget: no other run is at least as good for at most as much. Pure functions, any thread.
#pragma once

#include <span>
#include <vector>

#include "eval/stats.h"

namespace retort {

struct ParetoPoint {
    double budget = 0;
    double accuracy = 0;
    bool on_frontier = false;
    double frequency = 0;  // share of bootstrap draws over problems in which it is on the frontier
};

struct ParetoSet {
    std::vector<ParetoPoint> points;  // as the runs were given
    std::size_t problems = 0;         // that all runs have: only these are used; 0: the points are empty figures
};

// A point is off the frontier when another has no more budget and no less accuracy, and one of the two strictly.
ParetoSet pareto(std::span<const RunTable* const> runs, BudgetAxis axis, const BootstrapOptions& options = {});

}  // namespace retort

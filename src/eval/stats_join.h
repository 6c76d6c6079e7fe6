// Runs over the problems that all of them have.
#pragma once

#include <span>
#include <vector>

#include "eval/stats.h"

namespace retort {

// [problem][run], by id.
std::vector<std::vector<const ProblemTable*>> shared_problems(std::span<const RunTable* const> runs);

// For each shared problem a row: accuracy and budget of each run in turn, then 1.
Columns accuracy_and_budget(std::span<const RunTable* const> runs, BudgetAxis axis);

// From the sums of those columns.
inline double mean_accuracy_of(std::span<const double> sums, std::size_t run) {
    return sums[2 * run] / sums.back();
}
inline double mean_budget_of(std::span<const double> sums, std::size_t run) {
    return sums[2 * run + 1] / sums.back();
}

}  // namespace retort

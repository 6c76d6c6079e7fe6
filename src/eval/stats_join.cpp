#include "eval/stats_join.h"

#include <algorithm>

namespace retort {
namespace {

const ProblemTable* find(const RunTable& run, const std::string& problem) {
    const auto at =
        std::lower_bound(run.problems.begin(), run.problems.end(), problem,
                         [](const ProblemTable& table, const std::string& id) { return table.problem < id; });
    return at != run.problems.end() && at->problem == problem ? &*at : nullptr;
}

}  // namespace

std::vector<std::vector<const ProblemTable*>> shared_problems(std::span<const RunTable* const> runs) {
    std::vector<std::vector<const ProblemTable*>> out;
    if (runs.empty()) return out;
    for (const ProblemTable& first : runs.front()->problems) {
        std::vector<const ProblemTable*> row{&first};
        for (const RunTable* run : runs.subspan(1)) row.push_back(find(*run, first.problem));
        if (std::find(row.begin(), row.end(), nullptr) == row.end()) out.push_back(std::move(row));
    }
    return out;
}

Columns accuracy_and_budget(std::span<const RunTable* const> runs, BudgetAxis axis) {
    Columns out{2 * runs.size() + 1, {}};
    for (const auto& row : shared_problems(runs)) {
        for (const ProblemTable* problem : row) {
            out.values.push_back(problem->mean());
            out.values.push_back(problem->budget[static_cast<std::size_t>(axis)]);
        }
        out.values.push_back(1);
    }
    return out;
}

}  // namespace retort

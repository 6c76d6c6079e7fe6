#include "eval/stats.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "eval/signatures_tally.h"
#include "eval/stats_join.h"

namespace retort {
namespace {

constexpr std::array<std::string_view, kBudgetAxes> kAxisNames{"b_seq", "b_total", "b_seq_nominal", "wall_s",
                                                               "max_call_tokens"};

std::array<double, kBudgetAxes> budgets_of(const SampleFacts& fact) {
    return {static_cast<double>(fact.budget.b_seq), static_cast<double>(fact.budget.b_total),
            static_cast<double>(fact.budget.b_seq_nominal), fact.wall_s,
            static_cast<double>(fact.budget.max_call_tokens)};
}

ProblemTable problem_table(std::span<const SampleFacts* const> samples, const Verifier* verifier) {
    ProblemTable out;
    out.problem = samples.front()->problem;
    AnswerGroups groups(verifier);
    for (const SampleFacts* fact : samples) {
        out.right.push_back(fact->right);
        out.group.push_back(fact->answer ? groups.add(*fact->answer) : -1);
        const auto budgets = budgets_of(*fact);
        for (std::size_t axis = 0; axis < kBudgetAxes; ++axis)
            out.budget[axis] += budgets[axis] / static_cast<double>(samples.size());
    }
    return out;
}

// A sample that was tried again has a later result, which replaces the earlier.
std::vector<const SampleFacts*> latest(const std::vector<const SampleFacts*>& in_order) {
    std::vector<const SampleFacts*> out;
    for (const SampleFacts* fact : in_order) {
        if (!out.empty() && out.back()->problem == fact->problem && out.back()->sample == fact->sample) out.pop_back();
        out.push_back(fact);
    }
    return out;
}

// The mean over problems with enough samples.
template <class Value>
std::optional<Estimate> over_problems(const RunTable& run, std::size_t least_samples, std::optional<Bounds> bounds,
                                      const BootstrapOptions& options, Value value) {
    std::vector<Share> shares;
    for (const ProblemTable& problem : run.problems)
        if (problem.samples() >= least_samples) shares.push_back({value(problem), 1});
    return ratio(shares, bounds, options);
}

}  // namespace

std::string_view name(BudgetAxis axis) {
    return kAxisNames[static_cast<std::size_t>(axis)];
}

std::size_t ProblemTable::right_count() const {
    return static_cast<std::size_t>(std::count(right.begin(), right.end(), true));
}

double ProblemTable::mean() const {
    return right.empty() ? 0 : static_cast<double>(right_count()) / static_cast<double>(right.size());
}

std::size_t RunTable::most_samples() const {
    std::size_t out = 0;
    for (const ProblemTable& problem : problems) out = std::max(out, problem.samples());
    return out;
}

std::size_t RunTable::least_samples() const {
    std::size_t out = problems.empty() ? 0 : problems.front().samples();
    for (const ProblemTable& problem : problems) out = std::min(out, problem.samples());
    return out;
}

RunTable run_table(std::span<const SampleFacts> facts, const VerifierOf& verifier_of) {
    RunTable out;
    const std::vector<const SampleFacts*> scored = latest(scored_in_order(facts));
    out.samples = scored.size();
    out.unscored = static_cast<std::size_t>(
        std::count_if(facts.begin(), facts.end(), [](const SampleFacts& fact) { return !fact.scored; }));
    for (auto first = scored.begin(); first != scored.end();) {
        const auto last = std::find_if(first, scored.end(),
                                       [&](const SampleFacts* fact) { return fact->problem != (*first)->problem; });
        const Verifier* verifier = verifier_of ? verifier_of((*first)->problem) : nullptr;
        out.problems.push_back(problem_table({first, last}, verifier));
        first = last;
    }
    return out;
}

double pass_at_k(std::size_t n, std::size_t c, std::size_t k) {
    if (n - c < k) return 1;
    double all_wrong = 1;
    for (std::size_t i = n - c + 1; i <= n; ++i) all_wrong *= 1 - static_cast<double>(k) / static_cast<double>(i);
    return 1 - all_wrong;
}

std::optional<Estimate> mean_accuracy(const RunTable& run, const BootstrapOptions& options) {
    return over_problems(run, 1, kShareBounds, options, [](const ProblemTable& problem) { return problem.mean(); });
}

std::optional<Estimate> pass_at_k(const RunTable& run, std::size_t k, const BootstrapOptions& options) {
    return over_problems(run, k, kShareBounds, options, [k](const ProblemTable& problem) {
        return pass_at_k(problem.samples(), problem.right_count(), k);
    });
}

std::optional<Estimate> maj_at_k(const RunTable& run, std::size_t k, const BootstrapOptions& options) {
    return over_problems(run, k, kShareBounds, options,
                         [k](const ProblemTable& problem) { return maj_at_k(problem, k); });
}

std::vector<std::size_t> usual_ks(const RunTable& run) {
    std::vector<std::size_t> out;
    const std::size_t most = run.least_samples();
    for (std::size_t k = 1; k < most; k *= 2) out.push_back(k);
    if (most > 0) out.push_back(most);
    return out;
}

std::optional<Estimate> mean_budget(const RunTable& run, BudgetAxis axis, const BootstrapOptions& options) {
    return over_problems(run, 1, std::nullopt, options, [axis](const ProblemTable& problem) {
        return problem.budget[static_cast<std::size_t>(axis)];
    });
}

std::optional<PairedDifference> paired_difference(const RunTable& a, const RunTable& b,
                                                  const BootstrapOptions& options) {
    const std::array<const RunTable*, 2> both{&a, &b};
    std::array<std::vector<Share>, 3> shares;
    PairedDifference out;
    for (const auto& row : shared_problems(both)) {
        const double difference = row[0]->mean() - row[1]->mean();
        shares[0].push_back({row[0]->mean(), 1});
        shares[1].push_back({row[1]->mean(), 1});
        shares[2].push_back({difference, 1});
        out.better += difference > 0 ? 1 : 0;
        out.worse += difference < 0 ? 1 : 0;
    }
    if (shares[2].empty()) return std::nullopt;
    out.a = *ratio(shares[0], kShareBounds, options);
    out.b = *ratio(shares[1], kShareBounds, options);
    out.difference = *ratio(shares[2], kDifferenceBounds, options);
    out.closed_form = ratio_closed_form(shares[2], options.level)->ci;
    out.left_out = a.problems.size() + b.problems.size() - 2 * shares[2].size();
    return out;
}

}  // namespace retort

// Accuracy over problems and samples: mean, pass@k, maj@k and paired differences, with intervals clustered by problem.
// Every problem counts the same, however many samples it has. Pure functions, any thread; results do not depend on the
// order of their input.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/bootstrap.h"
#include "eval/signatures_facts.h"

namespace retort {

// What "budget" means on an axis. Tokens, or seconds.
enum class BudgetAxis { b_seq, b_total, b_seq_nominal, seconds, max_call_tokens };
std::string_view name(BudgetAxis axis);
inline constexpr std::size_t kBudgetAxes = 5;

struct ProblemTable {
    std::string problem;
    std::vector<bool> right;          // by sample, in the order of their numbers
    std::vector<int> group;           // the same number: the same answer; -1: no answer
    double budget[kBudgetAxes] = {};  // means over the samples, by BudgetAxis

    std::size_t samples() const { return right.size(); }
    std::size_t right_count() const;
    double mean() const;
};

// A run as the statistics see it: problems that are scored and have a sample, by id.
struct RunTable {
    std::vector<ProblemTable> problems;
    std::size_t samples = 0;   // in all
    std::size_t unscored = 0;  // samples left out, since their problem has nothing to judge by

    std::size_t most_samples() const;   // of any problem
    std::size_t least_samples() const;  // of any problem; 0 without problems
};

// Answers of a problem are grouped by the verifier's same(), greedily in the order of samples. Of two facts with the
// same problem and sample the later one counts.
RunTable run_table(std::span<const SampleFacts> facts, const VerifierOf& verifier_of);

// 1 - C(n - c, k) / C(n, k): the chance that k of n samples drawn without replacement hold one of the c right ones
// (Chen et al. 2021). 1 <= k <= n.
double pass_at_k(std::size_t n, std::size_t c, std::size_t k);

// Expected accuracy of the most frequent answer among k of the samples drawn without replacement; ties are shared,
// which is what `vote:k` gives on average; samples without an answer have no vote, and no votes at all are wrong. A
// group's value is the share of its samples that are right. Exact where that is cheap (up to some fifty samples),
// else 1,024 draws with a fixed seed. 1 <= k <= samples.
double maj_at_k(const ProblemTable& problem, std::size_t k);

// Means over problems with at least k samples; none where there is no such problem.
std::optional<Estimate> mean_accuracy(const RunTable& run, const BootstrapOptions& options = {});
std::optional<Estimate> pass_at_k(const RunTable& run, std::size_t k, const BootstrapOptions& options = {});
std::optional<Estimate> maj_at_k(const RunTable& run, std::size_t k, const BootstrapOptions& options = {});

// 1, 2, 4, ... and the largest k that every problem has samples for.
std::vector<std::size_t> usual_ks(const RunTable& run);

// The mean over problems of a budget. No interval where it is the same for all.
std::optional<Estimate> mean_budget(const RunTable& run, BudgetAxis axis, const BootstrapOptions& options = {});

// a - b on the problems that both have.
struct PairedDifference {
    Estimate a;
    Estimate b;
    Estimate difference;
    std::optional<Interval> closed_form;  // paired t over problems
    std::size_t better = 0;               // problems where a has the higher mean
    std::size_t worse = 0;
    std::size_t left_out = 0;  // problems that only one of them has
};
std::optional<PairedDifference> paired_difference(const RunTable& a, const RunTable& b,
                                                  const BootstrapOptions& options = {});

}  // namespace retort

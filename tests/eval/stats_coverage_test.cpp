// A truth that is known: problems whose difficulty is Beta-distributed. Of 400 repetitions the intervals must hold it
// about 95 times in a hundred. (Three standard errors of that share are 3.3 points.)
#include <gtest/gtest.h>

#include "eval/matched.h"
#include "stats_support.h"

namespace retort::test {
namespace {

constexpr int kRepetitions = 400;
constexpr std::size_t kProblems = 40;
constexpr std::size_t kSamples = 8;
constexpr double kLeast = 0.917;
constexpr double kMost = 0.983;
constexpr double kA = 1.5;
constexpr double kB = 1.2;

BootstrapOptions options(int repetition) {
    return {500, static_cast<std::uint64_t>(repetition) + 1, 0.95, true};
}

class Coverage {
  public:
    void add(const std::optional<Interval>& ci, double truth) {
        ++total_;
        held_ += ci && ci->lo <= truth && truth <= ci->hi ? 1 : 0;
    }

    double share() const { return static_cast<double>(held_) / total_; }

    void expect(const char* what) const {
        testing::Test::RecordProperty(what, std::to_string(share()));
        EXPECT_GE(share(), kLeast) << what;
        EXPECT_LE(share(), kMost) << what;
    }

  private:
    int total_ = 0;
    int held_ = 0;
};

// E[1 - (1 - p)^k] for p ~ Beta(kA, kB).
double true_pass(double k) {
    return 1 - std::exp(std::lgamma(kB + k) - std::lgamma(kB) + std::lgamma(kA + kB) - std::lgamma(kA + kB + k));
}

// A run in which a problem of skill p is solved with chance p^power.
RunTable run_of(Chance& chance, const std::vector<double>& skills, double power, double budget = 100) {
    std::vector<std::vector<bool>> right;
    std::vector<double> budgets;
    for (const double skill : skills) {
        right.push_back(chance.flips(kSamples, std::pow(skill, power)));
        budgets.push_back(budget * (1.3 - 0.6 * skill) * (0.9 + 0.2 * chance.unit()));
    }
    return run_with(right, budgets);
}

std::vector<double> skills_of(Chance& chance) {
    std::vector<double> out;
    for (std::size_t i = 0; i < kProblems; ++i) out.push_back(chance.beta(kA, kB));
    return out;
}

// E[p^power], and the mean budget for a budget of 1.
double true_accuracy(double power) {
    return std::exp(std::lgamma(kA + power) - std::lgamma(kA) + std::lgamma(kA + kB) - std::lgamma(kA + kB + power));
}
double true_budget() {
    return 1.3 - 0.6 * kA / (kA + kB);
}

TEST(StatsCoverage, OfMeanAndPassAtK) {
    Coverage mean, closed, pass;
    for (int i = 0; i < kRepetitions; ++i) {
        Chance chance(static_cast<std::uint64_t>(i) * 7919);
        const RunTable run = run_of(chance, skills_of(chance), 1);
        mean.add(mean_accuracy(run, options(i))->ci, true_pass(1));
        pass.add(pass_at_k(run, 4, options(i))->ci, true_pass(4));
        std::vector<Share> shares;
        for (const ProblemTable& problem : run.problems) shares.push_back({problem.mean(), 1});
        closed.add(ratio_closed_form(shares)->ci, true_pass(1));
    }
    mean.expect("mean");
    closed.expect("mean_closed_form");
    pass.expect("pass_at_4");
}

TEST(StatsCoverage, OfPairedDifferences) {
    Coverage drawn, closed;
    const double truth = true_accuracy(0.8) - true_accuracy(1);
    for (int i = 0; i < kRepetitions; ++i) {
        Chance chance(static_cast<std::uint64_t>(i) * 104729 + 1);
        const std::vector<double> skills = skills_of(chance);
        const RunTable a = run_of(chance, skills, 0.8);
        const RunTable b = run_of(chance, skills, 1);
        const auto difference = paired_difference(a, b, options(i));
        drawn.add(difference->difference.ci, truth);
        closed.add(difference->closed_form, truth);
    }
    drawn.expect("paired_difference");
    closed.expect("paired_difference_closed_form");
}

TEST(StatsCoverage, OfDifferencesAtAMatchedBudget) {
    // a at 1,000 and 4,000, b at 800 and 8,000, read at 2,000 (all times the mean of the budgets' factor).
    Coverage coverage;
    const double budget = 2000 * true_budget();
    const auto between = [](double low, double high, double share) { return low + (high - low) * share; };
    const double a = between(true_accuracy(1), true_accuracy(0.5), std::log(2.0) / std::log(4.0));
    const double b = between(true_accuracy(1.2), true_accuracy(0.6), std::log(2.5) / std::log(10.0));
    for (int i = 0; i < kRepetitions; ++i) {
        Chance chance(static_cast<std::uint64_t>(i) * 15485863 + 2);
        const std::vector<double> skills = skills_of(chance);
        const RunTable a1 = run_of(chance, skills, 1, 1000), a2 = run_of(chance, skills, 0.5, 4000);
        const RunTable b1 = run_of(chance, skills, 1.2, 800), b2 = run_of(chance, skills, 0.6, 8000);
        const auto found = matched_difference({&a1, &a2}, {&b1, &b2}, BudgetAxis::b_seq, budget, options(i));
        ASSERT_TRUE(found);
        coverage.add(found->difference.ci, a - b);
    }
    coverage.expect("matched_difference");
}

}  // namespace
}  // namespace retort::test

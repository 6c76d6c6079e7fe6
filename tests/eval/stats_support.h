// Tables and facts for the tests of statistics.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "eval/bootstrap_random.h"
#include "eval/stats.h"

namespace retort::test {

// Samples of one problem; an empty answer is none.
struct Given {
    std::string answer;
    bool right = false;
};

inline std::vector<SampleFacts> facts_for(const std::string& problem, const std::vector<Given>& samples) {
    std::vector<SampleFacts> out;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        SampleFacts fact;
        fact.problem = problem;
        fact.sample = static_cast<int>(i);
        fact.right = samples[i].right;
        if (!samples[i].answer.empty()) fact.answer = samples[i].answer;
        out.push_back(fact);
    }
    return out;
}

inline ProblemTable problem_table(std::vector<int> group, std::vector<bool> right) {
    ProblemTable out;
    out.problem = "p";
    out.group = std::move(group);
    out.right = std::move(right);
    return out;
}

// A run in which problem i has these right samples, at a budget that is the same on all axes.
inline RunTable run_with(const std::vector<std::vector<bool>>& right, const std::vector<double>& budget = {}) {
    RunTable out;
    for (std::size_t i = 0; i < right.size(); ++i) {
        ProblemTable problem;
        problem.problem = fmt::format("p{:05}", i);
        problem.right = right[i];
        for (const bool one : right[i]) problem.group.push_back(one ? 0 : 1);
        for (double& value : problem.budget) value = budget.empty() ? 100 : budget[i];
        out.samples += right[i].size();
        out.problems.push_back(std::move(problem));
    }
    return out;
}

// Chance of ours, the same on every machine.
class Chance {
  public:
    explicit Chance(std::uint64_t seed) : random_(seed) {}

    double unit() { return random_.unit(); }

    double normal() {
        const double radius = std::sqrt(-2 * std::log(1 - unit()));
        return radius * std::cos(6.283185307179586 * unit());
    }

    // Marsaglia and Tsang 2000; shape > 0.
    double gamma(double shape) {
        if (shape < 1) return gamma(shape + 1) * std::pow(1 - unit(), 1 / shape);
        const double d = shape - 1.0 / 3;
        const double c = 1 / std::sqrt(9 * d);
        while (true) {
            const double x = normal();
            const double v = std::pow(1 + c * x, 3);
            if (v > 0 && std::log(1 - unit()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
        }
    }

    double beta(double a, double b) {
        const double x = gamma(a);
        return x / (x + gamma(b));
    }

    std::vector<bool> flips(std::size_t count, double chance) {
        std::vector<bool> out;
        for (std::size_t i = 0; i < count; ++i) out.push_back(unit() < chance);
        return out;
    }

  private:
    SplitMix random_;
};

}  // namespace retort::test

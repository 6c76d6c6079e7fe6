#include "eval/stats.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "stats_support.h"

namespace retort::test {
namespace {

constexpr BootstrapOptions kFew{200, 1, 0.95, true};

std::vector<SampleFacts> joined(std::vector<std::vector<SampleFacts>> parts) {
    std::vector<SampleFacts> out;
    for (auto& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

// Problems with two to eight samples, answers "1" (right), "2", "3" or none.
std::vector<SampleFacts> some_facts() {
    std::vector<SampleFacts> out;
    const int problems = *rc::gen::inRange(1, 7);
    for (int i = 0; i < problems; ++i) {
        std::vector<Given> given(static_cast<std::size_t>(*rc::gen::inRange(2, 9)));
        for (Given& one : given) {
            const int answer = *rc::gen::inRange(0, 4);
            if (answer > 0) one = {std::to_string(answer), answer == 1};
        }
        for (SampleFacts& fact : facts_for("p" + std::to_string(i), given)) {
            fact.budget.b_seq = *rc::gen::inRange(1, 1000);
            out.push_back(fact);
        }
    }
    return out;
}

template <class T>
void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i)
        std::swap(values[i - 1], values[*rc::gen::inRange<std::size_t>(0, i)]);
}

TEST(Stats, EveryProblemCountsTheSame) {
    const auto facts =
        joined({facts_for("a", {{"1", true}}), facts_for("b", {{"2", false}, {"2", false}, {"3", false}})});
    const RunTable run = run_table(facts, nullptr);
    EXPECT_EQ(mean_accuracy(run)->value, 0.5);
    EXPECT_EQ(run.samples, 4U);
    EXPECT_EQ(run.most_samples(), 3U);
    EXPECT_EQ(run.least_samples(), 1U);
}

TEST(Stats, NoSamplesGiveNoFigure) {
    const RunTable run = run_table({}, nullptr);
    EXPECT_FALSE(mean_accuracy(run));
    EXPECT_FALSE(pass_at_k(run, 1));
    EXPECT_FALSE(maj_at_k(run, 1));
    EXPECT_FALSE(mean_budget(run, BudgetAxis::b_seq));
    EXPECT_TRUE(usual_ks(run).empty());
    EXPECT_EQ(run.least_samples(), 0U);
}

TEST(Stats, ProblemsThatCannotBeJudgedAreLeftOutAndCounted) {
    auto facts = joined({facts_for("a", {{"1", true}}), facts_for("b", {{"2", false}, {"2", false}})});
    facts[1].scored = false;
    facts[2].scored = false;
    const RunTable run = run_table(facts, nullptr);
    EXPECT_EQ(mean_accuracy(run)->value, 1);
    EXPECT_EQ(run.unscored, 2U);
}

TEST(Stats, ALaterResultOfTheSameSampleReplacesTheEarlier) {
    auto facts = facts_for("a", {{"", false}, {"1", true}});
    auto again = facts_for("a", {{"1", true}});
    facts.insert(facts.end(), again.begin(), again.end());
    EXPECT_EQ(mean_accuracy(run_table(facts, nullptr))->value, 1);
}

TEST(Stats, AnswersAreGroupedByTheVerifier) {
    const auto maths = math_verifier("1/2");
    const VerifierOf verifier_of = [&](const std::string&) { return maths.get(); };
    const auto facts = facts_for("a", {{"0.5", true}, {"3", false}, {"\\frac{1}{2}", true}, {"", false}});
    EXPECT_EQ(run_table(facts, verifier_of).problems[0].group, (std::vector<int>{0, 1, 0, -1}));
}

TEST(Stats, MajorityOfAllIsTheVote) {
    EXPECT_EQ(maj_at_k(problem_table({0, 0, 1}, {true, true, false}), 3), 1);
    EXPECT_EQ(maj_at_k(problem_table({0, 0, 1}, {false, false, true}), 3), 0);
    EXPECT_EQ(maj_at_k(problem_table({0, 1}, {true, false}), 2), 0.5);  // a tie is shared
    EXPECT_EQ(maj_at_k(problem_table({-1, -1, 0}, {false, false, true}), 3), 1);
    EXPECT_EQ(maj_at_k(problem_table({-1, -1}, {false, false}), 2), 0);
}

TEST(Stats, DrawnMajorityIsNearTheExactOne) {
    // 1,200 samples are too many to count exactly; 60 of every 100 are right, the rest spread.
    std::vector<int> group;
    std::vector<bool> right;
    for (int i = 0; i < 1200; ++i) {
        group.push_back(i % 10 < 4 ? 0 : 1 + i % 10);
        right.push_back(i % 10 < 4);
    }
    EXPECT_NEAR(maj_at_k(problem_table(group, right), 1), 0.4, 0.03);
    EXPECT_NEAR(maj_at_k(problem_table(group, right), 400), 1, 1e-9);
}

TEST(Stats, UsualKsEndWithTheLargestThatAllProblemsHave) {
    EXPECT_EQ(usual_ks(run_with({std::vector<bool>(16), std::vector<bool>(16)})),
              (std::vector<std::size_t>{1, 2, 4, 8, 16}));
    EXPECT_EQ(usual_ks(run_with({std::vector<bool>(16), std::vector<bool>(6)})),
              (std::vector<std::size_t>{1, 2, 4, 6}));
    EXPECT_EQ(usual_ks(run_with({{true}})), (std::vector<std::size_t>{1}));
}

TEST(Stats, BudgetsAreMeansOverSamplesThenProblems) {
    auto facts = joined({facts_for("a", {{"1", true}, {"1", true}}), facts_for("b", {{"1", true}})});
    facts[0].budget.b_seq = 10;
    facts[1].budget.b_seq = 30;
    facts[2].budget.b_seq = 100;
    facts[2].wall_s = 2;
    const RunTable run = run_table(facts, nullptr);
    EXPECT_EQ(mean_budget(run, BudgetAxis::b_seq)->value, 60);
    EXPECT_EQ(mean_budget(run, BudgetAxis::seconds)->value, 1);
}

TEST(Stats, PairedDifferencesUseTheProblemsThatBothHave) {
    RunTable a = run_with({{true, true}, {true, false}, {false, false}});
    const RunTable b = run_with({{true, false}, {false, false}, {false, false}});
    RunTable more = a;
    more.problems.push_back(problem_table({0}, {true}));
    more.problems.back().problem = "q";
    const auto found = paired_difference(more, b);
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->difference.value, 1.0 / 3, 1e-12);
    EXPECT_NEAR(found->a.value - found->b.value, found->difference.value, 1e-12);
    EXPECT_EQ(found->better, 2U);
    EXPECT_EQ(found->worse, 0U);
    EXPECT_EQ(found->left_out, 1U);
    EXPECT_EQ(found->difference.problems, 3U);
    EXPECT_FALSE(paired_difference(a, RunTable{}));
}

TEST(Stats, PairingIsNarrowerThanTheParts) {
    Chance chance(5);
    std::vector<std::vector<bool>> a;
    std::vector<std::vector<bool>> b;
    for (int i = 0; i < 60; ++i) {
        const double skill = chance.beta(0.6, 0.6);
        a.push_back(chance.flips(16, skill));
        b.push_back(chance.flips(16, skill));
    }
    const auto found = paired_difference(run_with(a), run_with(b));
    const auto width = [](const std::optional<Interval>& interval) { return interval->hi - interval->lo; };
    EXPECT_LT(width(found->difference.ci), width(found->a.ci) / 2);
    EXPECT_NEAR(width(found->difference.ci), width(found->closed_form), 0.15 * width(found->closed_form));
}

RC_GTEST_PROP(Stats, TheOrderOfSamplesAndProblemsChangesNothing, ()) {
    std::vector<SampleFacts> facts = some_facts();
    const RunTable before = run_table(facts, nullptr);
    shuffle(facts);
    const RunTable after = run_table(facts, nullptr);
    RC_ASSERT(mean_accuracy(after, kFew) == mean_accuracy(before, kFew));
    RC_ASSERT(pass_at_k(after, 2, kFew) == pass_at_k(before, 2, kFew));
    RC_ASSERT(maj_at_k(after, 2, kFew) == maj_at_k(before, 2, kFew));
    RC_ASSERT(mean_budget(after, BudgetAxis::b_seq, kFew) == mean_budget(before, BudgetAxis::b_seq, kFew));
}

RC_GTEST_PROP(Stats, AtOneAllThreeAreTheMean, ()) {
    for (const ProblemTable& problem : run_table(some_facts(), nullptr).problems) {
        RC_ASSERT(std::abs(pass_at_k(problem.samples(), problem.right_count(), 1) - problem.mean()) < 1e-12);
        RC_ASSERT(std::abs(maj_at_k(problem, 1) - problem.mean()) < 1e-12);
    }
}

RC_GTEST_PROP(Stats, PassAtKRisesWithKAndBoundsTheMajority, ()) {
    for (const ProblemTable& problem : run_table(some_facts(), nullptr).problems) {
        double before = 0;
        for (std::size_t k = 1; k <= problem.samples(); ++k) {
            const double now = pass_at_k(problem.samples(), problem.right_count(), k);
            RC_ASSERT(now >= before - 1e-12);
            RC_ASSERT(now <= 1);
            RC_ASSERT(maj_at_k(problem, k) <= now + 1e-12);
            before = now;
        }
    }
}

RC_GTEST_PROP(Stats, DifferencesTurnRound, ()) {
    const RunTable a = run_table(some_facts(), nullptr);
    const RunTable b = run_table(some_facts(), nullptr);
    const auto there = paired_difference(a, b, kFew);
    const auto back = paired_difference(b, a, kFew);
    RC_ASSERT(there.has_value() == back.has_value());
    if (there) {
        RC_ASSERT(std::abs(there->difference.value + back->difference.value) < 1e-12);
        RC_ASSERT(there->better == back->worse);
    }
}

}  // namespace
}  // namespace retort::test

#include "eval/sim_student.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace retort::test {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& spec) {
    const auto parsed = parse_sim_parameters(spec);
    return parsed ? "" : parsed.error().message;
}

TEST(SimParameters, AreReadFromASpecification) {
    const SimParameters p = parse_sim_parameters("sim:skill=0.3, spread=2,seed=12").value();
    EXPECT_EQ(p.skill, 0.3);
    EXPECT_EQ(p.spread, 2);
    EXPECT_EQ(p.seed, 12U);
    EXPECT_EQ(p.help, SimParameters{}.help);
    EXPECT_EQ(parse_sim_parameters("sim:").value().skill, SimParameters{}.skill);
}

TEST(SimParameters, ThatAreUnknownNameTheNearest) {
    EXPECT_THAT(error_of("sim:skil=0.3"), HasSubstr("unknown parameter \"skil\"; did you mean \"skill\"?"));
    EXPECT_THAT(error_of("sim:zzzzzzzz=1"), HasSubstr("known are skill, spread"));
    EXPECT_THAT(error_of("sim:skill"), HasSubstr("expected NAME=VALUE"));
}

TEST(SimParameters, OutOfRangeNameTheRange) {
    EXPECT_THAT(error_of("sim:skill=1"), HasSubstr("skill must be a number from 0.001 to 0.999, found \"1\""));
    for (const char* spec : {"sim:skill=nan", "sim:skill=", "sim:skill=0.5x", "sim:abstain=-0.1", "sim:seed=1.5",
                             "sim:seed=-1", "sim:think=inf"})
        EXPECT_NE(error_of(spec), "") << spec;
}

TEST(SimParameters, EachStandsInTheTableOnce) {
    for (const SimParameter& one : sim_parameters()) {
        EXPECT_FALSE(one.about.empty());
        const std::string value = one.value == nullptr ? "1" : std::to_string(SimParameters{}.*one.value);
        EXPECT_TRUE(parse_sim_parameters("sim:" + std::string(one.name) + "=" + value)) << one.name;
    }
}

TEST(SimStudent, DifficultyIsDrawnByTheProblemsIdAlone) {
    SimParameters p;
    EXPECT_EQ(sim_difficulty(p, "a"), sim_difficulty(p, "a"));
    EXPECT_NE(sim_difficulty(p, "a"), sim_difficulty(p, "b"));
    double sum = 0;
    double squares = 0;
    p.spread = 2;
    for (int i = 0; i < 4000; ++i) {
        const double d = sim_difficulty(p, "p" + std::to_string(i));
        sum += d;
        squares += d * d;
    }
    EXPECT_NEAR(sum / 4000, 0, 0.1);
    EXPECT_NEAR(std::sqrt(squares / 4000), 2, 0.1);
}

TEST(SimStudent, IsAsGoodAsItsSkillOnAnAverageProblem) {
    SimParameters p;
    p.abstain = 0;
    EXPECT_NEAR(sim_accuracy(p, 0, {1000000, 1000000}), 0.6, 1e-6);
    p.abstain = 0.5;
    EXPECT_NEAR(sim_accuracy(p, 0, {1000000, 1000000}), 0.3, 1e-6);
}

TEST(SimStudent, GainsByARightWorkspaceAndLosesByAWrongOne) {
    const SimParameters p;
    const SimLimits limits;
    const double alone = sim_accuracy(p, 0.5, limits);
    EXPECT_GT(sim_accuracy(p, 0.5, limits, {1, 0}), sim_accuracy(p, 0.5, limits, {0.5, 0.5}));
    EXPECT_GT(sim_accuracy(p, 0.5, limits, {1, 0}), alone + 0.1);
    EXPECT_LT(sim_accuracy(p, 0.5, limits, {0, 1}), alone - 0.1);
}

TEST(SimStudent, ATighterBudgetLosesMoreAndMostOnHardProblems) {
    const SimParameters p;
    double last = 0;
    for (const std::int64_t think : {500, 1000, 2000, 4000, 8000, 16000}) {
        const double accuracy = sim_cot_accuracy(p, {think, 2048});
        EXPECT_GT(accuracy, last);
        last = accuracy;
    }
    EXPECT_GT(sim_accuracy(p, -1, {3000, 2048}) / sim_accuracy(p, -1, {100000, 2048}),
              sim_accuracy(p, 1, {3000, 2048}) / sim_accuracy(p, 1, {100000, 2048}));
}

TEST(SimStudent, WithoutSpreadTheExpectationIsTheValueAtZero) {
    SimParameters p;
    p.spread = 0;
    EXPECT_NEAR(sim_cot_accuracy(p, {4000, 2048}), sim_accuracy(p, 0, {4000, 2048}), 1e-12);
}

TEST(SimStudent, TheExpectationIntegratesANormalDensity) {
    SimParameters p;
    p.spread = 1.5;
    EXPECT_NEAR(sim_expectation(p, [](double d) { return d * d; }), 2.25, 1e-9);
    EXPECT_NEAR(sim_expectation(p, [](double d) { return std::exp(d); }), std::exp(1.125), 1e-9);
}

}  // namespace
}  // namespace retort::test

#include "train/tasks/countdown_search.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "eval/generate/generate.h"
#include "eval/generate/hits.h"
#include "train/tasks/countdown_candidates.h"
#include "train/tasks/countdown_problems.h"

namespace retort::test {
namespace {

using namespace train::countdown;
using generate::Draws;

const Problems& problems() {
    static const Problems all;
    return all;
}

std::string text(const Words& words) {
    std::string out;
    for (const std::string_view word : words) out += word;
    return out;
}

// (15-14)=1, 10+1=11, 11*4=44.
constexpr Problem kProblem{{15, 10, 4, 14}, 44};
constexpr Step kFirst{'-', 0, 3}, kSecond{'+', 1, 4};

Expression solution() {
    return {kProblem.numbers, {kFirst, kSecond, Step{'*', 5, 2}}};
}

TEST(CountdownSearch, ALineShowsBothMovesAndWhatTheLastTwoGiveUpToTheTarget) {
    Words words;
    const auto found = append_line(words, kProblem, {kFirst, kSecond, 1, 11, 2});
    EXPECT_EQ(text(words), " 15 - 14 = 1 10 4 10 + 1 = 11 4 15 7 44 !");
    ASSERT_TRUE(found);
    EXPECT_EQ(text_of(*found), "(10+(15-14))*4");

    words.clear();
    EXPECT_FALSE(append_line(words, {kProblem.numbers, 45}, {kFirst, kSecond, 1, 11, 2}));
    EXPECT_EQ(text(words), " 15 - 14 = 1 10 4 10 + 1 = 11 4 15 7 44 x\n");
}

TEST(CountdownSearch, ACheckComputesStepByStep) {
    Words words;
    append_check(words, solution(), 44);
    EXPECT_EQ(text(words), " 15 - 14 = 1 10 + 1 = 11 11 * 4 = 44 ok");
    words.clear();
    append_check(words, solution(), 45);
    EXPECT_EQ(text(words), " 15 - 14 = 1 10 + 1 = 11 11 * 4 = 44 bad\n");
}

TEST(CountdownSearch, ACheckEndsAtTheFirstStepWithoutAResult) {
    Expression wrong = solution();
    wrong.steps[0] = {'-', 3, 0};
    Words words;
    append_check(words, wrong, 44);
    EXPECT_EQ(text(words), " 14 - 15 = bad\n");
    EXPECT_EQ(value_of(wrong), std::nullopt);
}

TEST(CountdownSearch, ResultsAreWholeNumbersThatHaveAWord) {
    EXPECT_EQ(result_of('/', 12, 4), 3);
    EXPECT_EQ(result_of('/', 12, 5), std::nullopt);
    EXPECT_EQ(result_of('-', 5, 5), std::nullopt);
    EXPECT_EQ(result_of('*', 9, 11), 99);
    EXPECT_EQ(result_of('*', 10, 10), std::nullopt);
}

TEST(CountdownSearch, EveryWayIsTriedOnce) {
    Draws draws(1);
    const Search all = search({{1, 1, 1, 1}, 60}, draws, 100'000);
    EXPECT_FALSE(all.found);
    const auto lines = std::count(all.words.begin(), all.words.end(), kMiss);
    EXPECT_EQ(static_cast<std::size_t>(lines), ways_of({{1, 1, 1, 1}, 60}).size());
}

TEST(CountdownSearch, MistakesNeverHaveTheTargetsValue) {
    Draws draws(2);
    for (int i = 0; i < 500; ++i) {
        const Problem problem = problems().draw(draws);
        Candidates source(problem, draws);
        for (int many = 0; many < 10; ++many) EXPECT_NE(value_of(source.mistake()), problem.target);
        for (const Solution& found : source.solutions()) EXPECT_EQ(value_of(found.expression), problem.target);
    }
}

// What a model that searches perfectly would reach within so many tokens of reasoning.
TEST(CountdownSearch, ByItselfSolvesMoreTheLongerItMaySearch) {
    constexpr int kMany = 4000;
    Draws draws(3);
    std::map<std::size_t, int> solved{{64, 0}, {128, 0}, {256, 0}, {512, 0}};
    for (int i = 0; i < kMany; ++i) {
        const Search one = search(problems().draw(draws), draws, 512);
        for (auto& [most, count] : solved) count += one.found && one.words.size() <= most;
    }
    const std::map<std::size_t, double> expected{{64, 15.5}, {128, 30}, {256, 53}, {512, 79}};
    for (const auto& [most, count] : solved) {
        const double percent = 100.0 * count / kMany;
        RecordProperty("solved_within_" + std::to_string(most), std::to_string(percent));
        EXPECT_NEAR(percent, expected.at(most), 3) << most;
    }
}

TEST(CountdownProblems, AreOfTheTrainSplitAndOfTheDefaultDifficulty) {
    ASSERT_GT(problems().all().size(), 10'000U);
    Draws draws(4);
    for (int i = 0; i < 1000; ++i) {
        const Problem problem = problems().draw(draws);
        const std::vector<int> numbers(problem.numbers.begin(), problem.numbers.end());
        EXPECT_EQ(split_of(generate::family_of(numbers, problem.target)), Split::train);
        EXPECT_TRUE(generate::count_hits(numbers, problem.target).within(problem.target, 2, 8));
    }
}

}  // namespace
}  // namespace retort::test

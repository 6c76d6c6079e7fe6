// What generators are made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "eval/generate/blocks.h"
#include "eval/generate/draws.h"
#include "eval/generate/expression.h"
#include "eval/generate/moves.h"
#include "eval/generate/sudoku_grid.h"

namespace retort::generate::test {
namespace {

RC_GTEST_PROP(Draws, StayInTheirRange, ()) {
    Draws draws(*rc::gen::arbitrary<std::uint64_t>());
    const int least = *rc::gen::inRange(-100, 100);
    const int most = *rc::gen::inRange(least, 200);
    for (int i = 0; i < 50; ++i) {
        const int drawn = draws.between(least, most);
        RC_ASSERT(least <= drawn && drawn <= most);
    }
}

TEST(Draws, GiveEachValueAboutEquallyOften) {
    Draws draws(1);
    std::vector<int> counts(7);
    for (int i = 0; i < 70'000; ++i) ++counts[draws.below(7)];
    for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Draws, AreThoseOfTheStandardsEngine) {
    Draws draws(5489);  // the engine's own seed; the standard gives its 10,000th value
    for (int i = 0; i < 9'999; ++i) draws.below(std::uint64_t{1} << 63);
    EXPECT_EQ(draws.below(std::uint64_t{1} << 63), 9981545732273789042U % (std::uint64_t{1} << 63));
}

TEST(Expression, HasTheParenthesesThatItNeeds) {
    const auto n = number_expression;
    EXPECT_EQ(join(join(n(1), '+', n(2)), '*', n(3)).text, "(1 + 2) * 3");
    EXPECT_EQ(join(n(1), '-', join(n(2), '-', n(3))).text, "1 - (2 - 3)");
    EXPECT_EQ(join(n(1), '+', join(n(2), '-', n(3))).text, "1 + 2 - 3");
    EXPECT_EQ(join(n(1), '/', join(n(2), '*', n(3))).text, "1 / (2 * 3)");
    EXPECT_EQ(join(n(1), '*', join(n(2), '/', n(3))).text, "1 * 2 / 3");
    EXPECT_EQ(join(join(n(8), '/', n(2)), '-', n(3)).text, "8 / 2 - 3");
}

TEST(Expression, WithoutOrderIsEqualForSumsAndProductsInAnyOrder) {
    const auto n = number_expression;
    const auto one = join(join(n(3), '+', n(1)), '*', join(n(5), '-', n(2)));
    const auto other = join(join(n(5), '-', n(2)), '*', join(n(1), '+', n(3)));
    EXPECT_EQ(without_order(one), without_order(other));
    EXPECT_EQ(without_order(join(n(9), '-', join(n(2), '-', n(3)))),
              without_order(join(join(n(3), '+', n(9)), '-', n(2))));
    EXPECT_NE(without_order(join(n(9), '-', n(2))), without_order(join(n(2), '-', n(9))));
    EXPECT_NE(without_order(join(n(9), '/', n(2))), without_order(join(n(9), '*', n(2))));
}

TEST(Moves, FindTheFractionsThatSomeGamesNeed) {
    std::string found;
    each_result({3, 3, 8, 8}, Values::exact, [&](Ratio result, const std::vector<Move>& moves) {
        if (result == Ratio{24, 1}) found = expression_of({3, 3, 8, 8}, moves);
        return found.empty();
    });
    EXPECT_EQ(found, "8 / (3 - 8 / 3)");
    const bool none = each_result({1, 1, 1, 1}, Values::exact,
                                  [](Ratio result, const std::vector<Move>&) { return result != Ratio{24, 1}; });
    EXPECT_TRUE(none);
}

TEST(Moves, KeepToPositiveWholeNumbersWhereAsked) {
    EXPECT_EQ(apply('-', {3, 1}, {5, 1}, Values::whole), std::nullopt);
    EXPECT_EQ(apply('/', {3, 1}, {2, 1}, Values::whole), std::nullopt);
    EXPECT_EQ(apply('-', {3, 1}, {3, 1}, Values::whole), std::nullopt);
    EXPECT_EQ(apply('/', {3, 1}, {0, 1}, Values::exact), std::nullopt);
    EXPECT_EQ(apply('/', {3, 1}, {-6, 1}, Values::exact), (Ratio{-1, 2}));
}

TEST(SudokuGrid, HasAsManySolutionsAsAreKnown) {
    int grids = 0;
    each_solution(empty_grid(2), {1, 2, 3, 4}, [&grids](const SudokuGrid&) { return ++grids > 0; });
    EXPECT_EQ(grids, 288);
}

// Digits renamed, two rows of a band exchanged, the grid turned about its diagonal.
SudokuGrid disguised(const SudokuGrid& grid) {
    const auto size = static_cast<std::size_t>(grid.size());
    SudokuGrid out = grid;
    for (std::size_t row = 0; row < size; ++row)
        for (std::size_t column = 0; column < size; ++column) {
            const std::size_t from = row == 0 ? 1 : row == 1 ? 0 : row;
            const int digit = grid.cells[from * size + column];
            out.cells[column * size + row] = digit == 0 ? 0 : digit % grid.size() + 1;
        }
    return out;
}

RC_GTEST_PROP(SudokuGrid, TheInvariantSeesThroughDisguises, ()) {
    Draws draws(*rc::gen::arbitrary<std::uint64_t>());
    SudokuGrid grid = random_solution(draws, *rc::gen::element(2, 3));
    for (int i = 0; i < grid.size() * 2; ++i) grid.cells[draws.below(grid.cells.size())] = 0;
    RC_ASSERT(invariant(grid) == invariant(disguised(grid)));
}

TEST(SudokuGrid, TheInvariantTellsMostGridsApart) {
    Draws draws(3);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 100; ++i) {
        SudokuGrid grid = random_solution(draws, 3);
        for (int blank = 0; blank < 40; ++blank) grid.cells[draws.below(grid.cells.size())] = 0;
        seen.insert(invariant(grid));
    }
    EXPECT_EQ(seen.size(), 100U);
}

TEST(Blocks, HaveAsManyStatesAsAreKnown) {
    for (const auto& [many, states] : std::vector<std::pair<int, int>>{{1, 1}, {2, 3}, {3, 13}, {4, 73}, {5, 501}}) {
        std::set<Blocks> seen;
        each_blocks(many, [&seen](const Blocks& state) { seen.insert(state); });
        EXPECT_EQ(seen.size(), static_cast<std::size_t>(states)) << many;
    }
}

RC_GTEST_PROP(Blocks, ThePlanHasAtMostTwoMovesABlock, ()) {
    Draws draws(*rc::gen::arbitrary<std::uint64_t>());
    const int many = *rc::gen::inRange(2, 13);
    const Blocks start = random_blocks(draws, many);
    const Blocks goal = random_blocks(draws, many);
    RC_ASSERT(plan_of(start, goal).size() <= static_cast<std::size_t>(4 * many));
    RC_ASSERT(plan_of(start, goal).empty() == reached(start, goal));
}

RC_GTEST_PROP(Blocks, TheInvariantSeesThroughNames, ()) {
    Draws draws(*rc::gen::arbitrary<std::uint64_t>());
    const int many = *rc::gen::inRange(2, 9);
    const Blocks start = random_blocks(draws, many);
    const Blocks goal = random_blocks(draws, many);
    std::vector<int> names(static_cast<std::size_t>(many));
    for (int i = 0; i < many; ++i) names[static_cast<std::size_t>(i)] = i;
    draws.shuffle(names);
    const auto renamed = [&names](const Blocks& state) {
        Blocks out(state.size());
        for (std::size_t i = 0; i < state.size(); ++i)
            out[static_cast<std::size_t>(names[i])] =
                state[i] == kTable ? kTable : names[static_cast<std::size_t>(state[i])];
        return out;
    };
    RC_ASSERT(invariant(start, goal) == invariant(renamed(start), renamed(goal)));
}

TEST(Blocks, TheInvariantTellsStartAndGoalApart) {
    const Blocks tower{kTable, 0, 1};
    const Blocks flat{kTable, kTable, 0};
    EXPECT_NE(invariant(tower, flat), invariant(flat, tower));
}

}  // namespace
}  // namespace retort::generate::test

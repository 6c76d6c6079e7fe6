#include "train/run/problems.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "train/folder.h"

namespace retort::train::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::string line_of(const std::string& id, const std::string& text) {
    return fmt::format(R"({{"id":"{}","problem":"{}","answer":"1"}})", id, text) + "\n";
}

Suite suite_of(const std::vector<std::string>& texts) {
    std::string lines;
    for (std::size_t i = 0; i < texts.size(); ++i) lines += line_of(fmt::format("p{}", i), texts[i]);
    return parse_suite("test", lines).value();
}

Suite suite_of(std::size_t count) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) texts.push_back(fmt::format("say {}", i));
    return suite_of(texts);
}

std::string words(int first, int count) {
    std::string out;
    for (int i = first; i < first + count; ++i) out += fmt::format("w{} ", i);
    return out;
}

RC_GTEST_PROP(ProblemDraw, GivesEachProblemOnceAnEpoch, (std::uint64_t seed)) {
    const Suite suite = suite_of(std::size_t{12});
    ProblemDraw draw(suite, seed, {2});
    for (int epoch = 0; epoch < 3; ++epoch) {
        std::set<std::size_t> seen;
        for (int i = 0; i < 4; ++i)
            for (const std::size_t problem : draw.take(3)) RC_ASSERT(seen.insert(problem).second);
        RC_ASSERT(seen.size() == 12);
    }
}

RC_GTEST_PROP(ProblemDraw, NeverGivesAProblemTwiceAtOnce,
              (std::uint64_t seed, const std::vector<std::uint8_t>& counts)) {
    const Suite suite = suite_of(std::size_t{7});
    ProblemDraw draw(suite, seed, {2});
    for (const std::uint8_t count : counts) {
        const std::vector<std::size_t> taken = draw.take(count);
        RC_ASSERT(taken.size() == std::min<std::size_t>(count, 7));
        RC_ASSERT(std::set<std::size_t>(taken.begin(), taken.end()).size() == taken.size());
    }
}

TEST(ProblemDraw, DrawsInAnOrderOfItsOwnForEachSeedAndEpoch) {
    const Suite suite = suite_of(std::size_t{20});
    ProblemDraw one(suite, 1, {2});
    ProblemDraw other(suite, 2, {2});
    const std::vector<std::size_t> first = one.take(20);
    EXPECT_NE(first, other.take(20));
    EXPECT_NE(first, one.take(20));
    EXPECT_EQ(first, ProblemDraw(suite, 1, {2}).take(20));
}

TEST(ProblemDraw, ProblemsThatAreSolvedAtTheRateRetireAndComeBackWhenTheyAreNot) {
    const Suite suite = suite_of(std::size_t{4});
    ProblemDraw draw(suite, 1, {0.75});
    draw.tried(0, 4, 3);
    draw.tried(1, 4, 2);
    draw.tried(2, 4, 4);
    EXPECT_EQ(draw.retired(), 2U);
    EXPECT_THAT(draw.take(10), UnorderedElementsAre(1, 3));
    draw.tried(0, 4, 1);
    EXPECT_THAT(draw.take(10), UnorderedElementsAre(0, 1, 3));
}

TEST(ProblemDraw, ARateAboveOneRetiresNone) {
    const Suite suite = suite_of(std::size_t{2});
    ProblemDraw draw(suite, 1, {1.1});
    draw.tried(0, 4, 4);
    EXPECT_EQ(draw.retired(), 0U);
}

TEST(ProblemDraw, WithoutAJudgedRolloutAProblemDoesNotRetire) {
    const Suite suite = suite_of(std::size_t{2});
    ProblemDraw draw(suite, 1, {0});
    draw.tried(0, 0, 0);
    EXPECT_EQ(draw.retired(), 0U);
}

TEST(ProblemDraw, WhereAllAreRetiredItGivesNone) {
    const Suite suite = suite_of(std::size_t{2});
    ProblemDraw draw(suite, 1, {0.9});
    draw.tried(0, 1, 1);
    draw.tried(1, 1, 1);
    EXPECT_THAT(draw.take(2), IsEmpty());
}

RC_GTEST_PROP(ProblemDraw, GoesOnFromItsStateInTheSameOrder, (std::uint64_t seed, const std::vector<bool>& solved)) {
    const Suite suite = suite_of(std::size_t{9});
    ProblemDraw unbroken(suite, seed, {0.5});
    for (std::size_t step = 0; step < solved.size(); ++step) {
        ProblemDraw resumed(suite, seed, {0.5});
        resumed.set_state(unbroken.state());
        const std::vector<std::size_t> expected = unbroken.take(4);
        RC_ASSERT(resumed.take(4) == expected);
        RC_ASSERT(resumed.retired() == unbroken.retired());
        for (const std::size_t problem : expected) unbroken.tried(problem, 2, solved[step] && problem % 2 == 0);
    }
}

// A suite may have lost lines since its state was kept.
TEST(ProblemDraw, AStateBeyondTheSuiteBeginsTheNextEpoch) {
    const Suite suite = suite_of(std::size_t{3});
    ProblemDraw draw(suite, 1, {2});
    draw.set_state({0, 50, {}});
    EXPECT_THAT(draw.take(3), UnorderedElementsAre(0, 1, 2));
    EXPECT_EQ(draw.state().epoch, 1);
}

constexpr DrawRules kByPassRate{2, true};

// Over so many epochs of a suite of 30, of which ten each are never, half the time and always solved.
std::vector<int> drawn_by_pass_rate(std::uint64_t seed, int steps) {
    const Suite suite = suite_of(std::size_t{30});
    ProblemDraw draw(suite, seed, kByPassRate);
    for (std::size_t i = 0; i < 30; ++i) draw.tried(i, 8, static_cast<std::int64_t>(4 * (i / 10)));
    std::vector<int> out(3);
    for (int step = 0; step < steps; ++step)
        for (const std::size_t problem : draw.take(5)) ++out[problem / 10];
    return out;
}

TEST(ProblemDraw, ByPassRateThoseSolvedHalfTheTimeAreDrawnMostAndNoneIsLeftOut) {
    const std::vector<int> drawn = drawn_by_pass_rate(1, 400);
    EXPECT_NEAR(drawn[0], 0.36 * drawn[1], 0.1 * drawn[1]);
    EXPECT_NEAR(drawn[2], 0.36 * drawn[1], 0.1 * drawn[1]);
    EXPECT_EQ(drawn, drawn_by_pass_rate(1, 400));
}

TEST(ProblemDraw, ByPassRateTooItGivesAsManyAsThereAre) {
    const Suite suite = suite_of(std::size_t{6});
    ProblemDraw draw(suite, 1, kByPassRate);
    for (std::size_t i = 0; i < 6; ++i) draw.tried(i, 1000, 0);
    for (int step = 0; step < 5; ++step) EXPECT_THAT(draw.take(6), UnorderedElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(ProblemDraw, ByPassRateWhatWasNotTriedIsDrawn) {
    const Suite suite = suite_of(std::size_t{9});
    ProblemDraw draw(suite, 1, kByPassRate);
    ProblemDraw plain(suite, 1, {2});
    EXPECT_EQ(draw.take(9), plain.take(9));
}

RC_GTEST_PROP(ProblemDraw, ByPassRateItGoesOnFromItsStateInTheSameOrder,
              (std::uint64_t seed, const std::vector<bool>& solved)) {
    const Suite suite = suite_of(std::size_t{7});
    ProblemDraw unbroken(suite, seed, kByPassRate);
    for (const bool one : solved) {
        ProblemDraw resumed(suite, seed, kByPassRate);
        resumed.set_state(unbroken.state());
        const std::vector<std::size_t> drawn = unbroken.take(3);
        RC_ASSERT(resumed.take(3) == drawn);
        for (const std::size_t problem : drawn) unbroken.tried(problem, 4, one ? 4 : 0);
    }
}

TEST(Contamination, TheSameTextIsFoundWhateverItsSpacingAndCase) {
    const Suite suite = suite_of({"What is 1 + 2?", "other", "say it"});
    const Contamination found = find_contamination(suite, {suite_of({"  what IS  1 +\\t2? "}), suite_of({"Say it"})});
    EXPECT_EQ(found.exact, 2U);
    EXPECT_EQ(found.by_words, 0U);
    EXPECT_THAT(found.places, ElementsAre(0, 2));
}

TEST(Contamination, ThirteenWordsInARowAreTooManyAndTwelveAreNot) {
    const Suite tests = suite_of({words(0, 30)});
    const Suite suite = suite_of({"a b " + words(5, 13) + "c", "a b " + words(5, 12) + "c", words(17, 13)});
    const Contamination found = find_contamination(suite, {tests});
    EXPECT_EQ(found.exact, 0U);
    EXPECT_EQ(found.by_words, 2U);
    EXPECT_THAT(found.places, ElementsAre(0, 2));
}

TEST(Contamination, WithoutTestSetsThereIsNone) {
    EXPECT_THAT(find_contamination(suite_of(std::size_t{3}), {}).places, IsEmpty());
}

TEST(LoadProblems, OfAFileAreTheFirstSoMany) {
    const Folder folder;
    write_bytes(folder / "s.jsonl", line_of("a", "x") + line_of("b", "y") + line_of("c", "z"));
    ProblemSettings settings;
    settings.suite = folder / "s.jsonl";
    const auto all = load_problems(settings, "train");
    ASSERT_TRUE(all);
    EXPECT_THAT(all->problems, SizeIs(3));
    settings.count = 2;
    const auto two = load_problems(settings, "train");
    ASSERT_TRUE(two);
    EXPECT_THAT(two->problems, SizeIs(2));
    EXPECT_NE(two->hash, all->hash);
}

TEST(LoadProblems, ALineThatIsNoneIsNamed) {
    const Folder folder;
    ProblemSettings settings;
    settings.suite = folder / "s.jsonl";
    write_bytes(settings.suite, line_of("a", "x") + "{\"id\": \"b\"\n" + line_of("c", "z"));
    const auto read = load_problems(settings, "train");
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("s.jsonl:2"));
}

TEST(LoadProblems, ThatAreMadeAreTheSameForASeedAndApartByTheSplit) {
    ProblemSettings settings;
    settings.count = 5;
    settings.options = "numbers=4, largest=12";
    const auto train = load_problems(settings, "train");
    ASSERT_TRUE(train) << train.error().message;
    EXPECT_THAT(train->problems, SizeIs(5));
    EXPECT_EQ(train->hash, load_problems(settings, "train")->hash);
    const auto test = load_problems(settings, "test");
    ASSERT_TRUE(test);
    for (const SuiteProblem& one : test->problems)
        for (const SuiteProblem& other : train->problems) EXPECT_NE(one.problem.text, other.problem.text);
}

TEST(LoadProblems, AnOptionThatIsNoneIsSaid) {
    ProblemSettings settings;
    settings.count = 5;
    settings.options = "numbers";
    EXPECT_THAT(load_problems(settings, "train").error().message, HasSubstr("expected name=value, found \"numbers\""));
    settings.options = "colour=4";
    EXPECT_THAT(load_problems(settings, "train").error().message, HasSubstr("colour"));
    settings.options = "";
    settings.kind = "crosswords";
    EXPECT_THAT(load_problems(settings, "train").error().message, HasSubstr("crosswords"));
}

TEST(LoadProblems, WhereNothingIsAskedForThereIsNone) {
    const auto none = load_problems({}, "train");
    ASSERT_TRUE(none);
    EXPECT_THAT(none->problems, IsEmpty());
}

}  // namespace
}  // namespace retort::train::test

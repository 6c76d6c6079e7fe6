#include "eval/generate/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/hash.h"
#include "eval/generate/hits.h"
#include "eval/suite_check.h"

namespace retort::test {
namespace {

using testing::HasSubstr;
using Options = std::map<std::string, std::string>;

GenerateRequest request(const std::string& kind, int count, std::uint64_t seed = 1, Split split = Split::test,
                        Options options = {}) {
    return {kind, count, seed, split, std::move(options)};
}

std::string suite_text(const GenerateRequest& wanted) {
    const auto lines = generate_suite(wanted);
    if (!lines) throw std::runtime_error(lines.error().message);
    std::string out;
    for (const std::string& line : *lines) out += line + "\n";
    return out;
}

std::string failure(const GenerateRequest& wanted) {
    const auto lines = generate_suite(wanted);
    return lines ? "" : lines.error().message;
}

std::set<std::string> ids(const GenerateRequest& wanted) {
    std::set<std::string> out;
    for (const std::string& line : generate_suite(wanted).value())
        out.insert(nlohmann::json::parse(line)["id"].get<std::string>());
    return out;
}

void expect_all_right(const GenerateRequest& wanted) {
    const SuiteReport report = check_suite(suite_text(wanted));
    EXPECT_EQ(report.faults.all, 0U);
    for (const SuiteFault& fault : report.faults.kept) ADD_FAILURE() << fault.place << ": " << fault.what;
    std::size_t problems = 0;
    for (const auto& [kind, count] : report.kinds) {
        problems += count.problems;
        EXPECT_EQ(count.judged, count.problems);
        EXPECT_EQ(count.with_reference, count.problems);
    }
    EXPECT_EQ(problems, static_cast<std::size_t>(wanted.count));
}

struct OfKind : testing::TestWithParam<std::string> {};

TEST_P(OfKind, AnswersAreJudgedRightByTheKind) {
    expect_all_right(request(GetParam(), 100));
}

TEST_P(OfKind, TheSameSeedGivesTheSameLinesAndAnotherSeedOthers) {
    EXPECT_EQ(suite_text(request(GetParam(), 20, 7)), suite_text(request(GetParam(), 20, 7)));
    EXPECT_NE(suite_text(request(GetParam(), 20, 7)), suite_text(request(GetParam(), 20, 8)));
}

TEST_P(OfKind, LinesAreDistinct) {
    EXPECT_EQ(ids(request(GetParam(), 100)).size(), 100U);
}

TEST_P(OfKind, AShorterSuiteBeginsALongerOne) {
    const std::string longer = suite_text(request(GetParam(), 30));
    EXPECT_TRUE(longer.starts_with(suite_text(request(GetParam(), 10))));
}

RC_GTEST_PROP(Generate, NoProblemIsInBothSplitsWhateverTheSeeds, ()) {
    const auto kind = *rc::gen::elementOf(
        std::vector<std::string>{"countdown", "countdown-parts", "game24", "sudoku", "blocksworld", "arithmetic"});
    const auto train = ids(request(kind, 15, *rc::gen::arbitrary<std::uint64_t>(), Split::train));
    for (const std::string& id : ids(request(kind, 15, *rc::gen::arbitrary<std::uint64_t>(), Split::test)))
        RC_ASSERT(!train.contains(id));
}

INSTANTIATE_TEST_SUITE_P(Generate, OfKind,
                         testing::Values("countdown", "countdown-parts", "game24", "sudoku", "blocksworld",
                                         "arithmetic"),
                         [](const auto& info) {
                             std::string out = info.param;
                             std::erase(out, '-');
                             return out;
                         });

TEST(Generate, HasEveryDifficultyThatItSays) {
    expect_all_right(
        request("countdown", 30, 1, Split::test, {{"numbers", "6"}, {"largest", "100"}, {"target-most", "999"}}));
    expect_all_right(request("game24", 30, 1, Split::test, {{"largest", "25"}}));
    expect_all_right(request("sudoku", 5, 1, Split::test, {{"size", "9"}, {"blanks", "50"}}));
    expect_all_right(request("sudoku", 20, 1, Split::test, {{"blanks", "10"}}));
    expect_all_right(request("blocksworld", 30, 1, Split::test, {{"blocks", "12"}}));
    expect_all_right(
        request("arithmetic", 50, 1, Split::test, {{"terms", "8"}, {"largest", "1000"}, {"operations", "+-*/"}}));
}

// The bytes are part of what a result can be compared with: when this fails on purpose, say so in the changelog.
TEST(Generate, TheBytesAreTheSameOnEveryMachine) {
    EXPECT_EQ(sha256_hex(suite_text(request("arithmetic", 50, 42))).substr(0, 16), "ae0c4f88148a9bd9");
}

TEST(Generate, CountdownsLineIsThatOfTheContract) {
    const auto line = nlohmann::json::parse(generate_suite(request("countdown", 1))->front());
    EXPECT_EQ(line["kind"], "countdown");
    EXPECT_EQ(line["numbers"].size(), 4U);
    EXPECT_GE(line["target"], 10);
    EXPECT_LE(line["target"], 60);
    EXPECT_EQ(line["split"], "test");
    EXPECT_FALSE(line["problem"].get<std::string>().empty());
}

// Of the ways to make the first two of three moves, in percent.
double hits_of(const std::string& text) {
    const auto line = nlohmann::json::parse(text);
    const int target = line["target"];
    const auto hits = generate::count_hits(line["numbers"].get<std::vector<int>>(), target);
    return 100.0 * static_cast<double>(hits.of.back()) / static_cast<double>(hits.ways);
}

TEST(Generate, CountdownIsAsHardAsTheDefaultModelCanBear) {
    for (const std::string& line : generate_suite(request("countdown", 200)).value()) {
        EXPECT_GE(hits_of(line), 2) << line;
        EXPECT_LE(hits_of(line), 8) << line;
    }
}

TEST(Generate, CountdownMayBeMadeEasierAndHarder) {
    const Options easy{{"hits-least", "20"}, {"hits-most", "100"}}, hard{{"hits-least", "0"}, {"hits-most", "1"}};
    for (const std::string& line : generate_suite(request("countdown", 50, 1, Split::test, easy)).value())
        EXPECT_GE(hits_of(line), 20) << line;
    for (const std::string& line : generate_suite(request("countdown", 50, 1, Split::test, hard)).value())
        EXPECT_LE(hits_of(line), 1) << line;
}

TEST(Generate, AnotherDifficultyOfCountdownTakesProblemsAsTheyCome) {
    const auto lines = generate_suite(request("countdown", 200, 1, Split::test, {{"largest", "12"}})).value();
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const std::string& line) { return hits_of(line) > 8; }));
}

using Family = std::pair<std::vector<int>, int>;

std::vector<Family> parts_of(const std::string& text) {
    std::vector<Family> out;
    const auto line = nlohmann::json::parse(text);
    for (const auto& part : line["parts"]) {
        auto numbers = part["numbers"].get<std::vector<int>>();
        std::sort(numbers.begin(), numbers.end());
        out.emplace_back(numbers, part["target"].get<int>());
    }
    return out;
}

TEST(Generate, EveryPartOfAProblemIsOfItsSplitAndAsHardAsACountdown) {
    for (const Split split : {Split::train, Split::test})
        for (const std::string& line : generate_suite(request("countdown-parts", 50, 3, split)).value()) {
            const auto parts = parts_of(line);
            EXPECT_EQ(parts.size(), 3U);
            EXPECT_EQ(std::set<Family>(parts.begin(), parts.end()).size(), 3U);
            for (const auto& [numbers, target] : parts) {
                EXPECT_EQ(numbers.size(), 4U);
                EXPECT_EQ(split_of(generate::family_of(numbers, target)), split) << line;
                EXPECT_TRUE(generate::count_hits(numbers, target).within(target, 2, 8)) << line;
            }
        }
}

TEST(Generate, AProblemHasAsManyPartsAsAreAskedFor) {
    for (const std::string& line :
         generate_suite(request("countdown-parts", 10, 1, Split::test, {{"parts", "5"}, {"numbers", "3"}})).value()) {
        ASSERT_EQ(parts_of(line).size(), 5U);
        EXPECT_EQ(parts_of(line)[4].first.size(), 3U);
    }
    expect_all_right(request("countdown-parts", 5, 1, Split::train, {{"parts", "26"}}));
    EXPECT_THAT(failure(request("countdown-parts", 1, 1, Split::test, {{"parts", "27"}})), HasSubstr("from 2 to 26"));
}

TEST(Generate, HitsAreCountedOverAllMovesButTheLast) {
    const generate::Hits hits = generate::count_hits({2, 3, 4}, 24);
    EXPECT_EQ(hits.ways, 10);   // three results for each pair, and 4 / 2
    EXPECT_EQ(hits.of[24], 3);  // after each of the three products
    EXPECT_EQ(hits.of[20], 1);  // after 2 + 3
    EXPECT_TRUE(hits.within(20, 10, 10));
    EXPECT_FALSE(hits.within(20, 11, 100));
}

TEST(Generate, TheGameOf24AndCountdownShareTheirSplit) {
    for (const std::string& line : generate_suite(request("game24", 50)).value()) {
        auto numbers = nlohmann::json::parse(line)["numbers"].get<std::vector<int>>();
        std::sort(numbers.begin(), numbers.end());
        std::string family = "countdown";
        for (const int number : numbers) family += " " + std::to_string(number);
        EXPECT_EQ(split_of(family + " -> 24"), Split::test) << line;
    }
}

TEST(Generate, OfASpaceThatIsTooSmallItSaysHowManyThereAre) {
    const Options small{{"terms", "2"}, {"largest", "6"}, {"operations", "+"}};
    const std::string message = failure(request("arithmetic", 1000, 1, Split::train, small));
    const auto at = message.find("there are only ");
    ASSERT_NE(at, message.npos) << message;
    const int there_are = std::stoi(message.substr(at + 15));
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        EXPECT_EQ(ids(request("arithmetic", there_are, seed, Split::train, small)).size(),
                  static_cast<std::size_t>(there_are));
        EXPECT_THAT(failure(request("arithmetic", there_are + 1, seed, Split::train, small)),
                    HasSubstr("there are only"));
    }
}

TEST(Generate, SmallSpacesAreFoundWhole) {
    // 1,362 of the 1,820 hands of cards from 1 to 13 make 24: known of the game.
    const auto there_are = [](Split split) {
        const std::string message = failure(request("game24", 5000, 1, split));
        return std::stoi(message.substr(message.find("only ") + 5));
    };
    EXPECT_EQ(there_are(Split::train) + there_are(Split::test), 1362);
}

TEST(Generate, SaysWhatIsWrongWithARequest) {
    EXPECT_THAT(failure(request("chess", 1)),
                HasSubstr("countdown, countdown-parts, game24, sudoku, blocksworld, arithmetic"));
    EXPECT_THAT(failure(request("countdown", 0)), HasSubstr("--count: expected 1 to 1000000, found 0"));
    EXPECT_THAT(failure(request("countdown", 1, 1, Split::test, {{"blocks", "3"}})),
                HasSubstr("countdown has no --blocks"));
    EXPECT_THAT(failure(request("countdown", 1, 1, Split::test, {{"numbers", "7"}})),
                HasSubstr("from 2 to 6, found \"7\""));
    EXPECT_THAT(failure(request("countdown", 1, 1, Split::test, {{"numbers", "4x"}})), HasSubstr("found \"4x\""));
    EXPECT_THAT(failure(request("countdown", 1, 1, Split::test, {{"target-least", "70"}})), HasSubstr("--target-most"));
    EXPECT_THAT(failure(request("countdown", 1, 1, Split::test, {{"hits-least", "9"}})), HasSubstr("--hits-most (8)"));
    EXPECT_THAT(failure(request("sudoku", 1, 1, Split::test, {{"size", "6"}})), HasSubstr("expected 4 or 9"));
    EXPECT_THAT(failure(request("sudoku", 1, 1, Split::test, {{"blanks", "11"}})), HasSubstr("at most 10 of the 16"));
    EXPECT_THAT(failure(request("arithmetic", 1, 1, Split::test, {{"operations", "+^"}})), HasSubstr("found \"+^\""));
}

}  // namespace
}  // namespace retort::test

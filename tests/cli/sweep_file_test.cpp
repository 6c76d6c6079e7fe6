#include "cli/sweep_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort::cli::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(SweepFile, MakesEveryCombinationOfItsLists) {
    const auto sweep = parse_sweep("s.toml",
                                   "suite = 'a.jsonl'\nsamples = 4\n[settings]\ntemperature = 0.5\n"
                                   "[[grid]]\noperator = ['cot', 'sr:2']\nthink = [64, 128]\n"
                                   "[[grid]]\noperator = 'vote:4'\nsamples = 2\n");
    ASSERT_TRUE(sweep) << sweep.error().message;
    EXPECT_EQ(sweep->samples, 4);
    EXPECT_THAT(sweep->settings, ElementsAre(Pair("temperature", "0.5")));
    ASSERT_EQ(sweep->runs.size(), 5U);
    EXPECT_THAT(sweep->runs[1], ElementsAre(Pair("operator", "cot"), Pair("think", "128")));
    EXPECT_THAT(sweep->runs[4], ElementsAre(Pair("operator", "vote:4"), Pair("samples", "2")));
}

TEST(SweepFile, WithoutAGridIsOneRun) {
    EXPECT_EQ(parse_sweep("s.toml", "suite = 'a'\n")->runs.size(), 1U);
}

TEST(SweepFile, KeysOfTheFileOfSettingsNameTheOptions) {
    EXPECT_THAT(parse_sweep("s.toml", "[[grid]]\nmax_answer = 32\n")->runs[0], ElementsAre(Pair("max-answer", "32")));
}

TEST(SweepFile, NamesLineAndNearestKeyOfAMistake) {
    const auto message = [](const std::string& text) { return parse_sweep("s.toml", text).error().message; };
    EXPECT_THAT(message("suit = 'a'"), HasSubstr("s.toml:1: unknown key \"suit\" (did you mean \"suite\"?)"));
    EXPECT_THAT(message("[[grid]]\nthnk = 3"),
                HasSubstr("s.toml:2: unknown setting \"thnk\" (did you mean \"think\"?)"));
    EXPECT_THAT(message("[[grid]]\nthink = 'x'"), HasSubstr("expected a whole number"));
    EXPECT_THAT(message("[[grid]]\nthink = []"), HasSubstr("empty list"));
    EXPECT_THAT(message("samples = 0"), HasSubstr("samples: expected a whole number"));
    EXPECT_THAT(message("grid = 3"), HasSubstr("[[grid]]"));
    EXPECT_THAT(message("[prices]\nimput = 1"), HasSubstr("did you mean \"input\"?"));
    EXPECT_THAT(message("= 3"), HasSubstr("not TOML"));
}

TEST(SweepFile, RefusesAGridThatNobodyCanPayFor) {
    std::string list = "[0";
    for (int i = 1; i < 200; ++i) list += "," + std::to_string(i);
    list += "]";
    const auto sweep = parse_sweep("s.toml", "[[grid]]\nthink = " + list + "\nseed = " + list + "\n");
    ASSERT_FALSE(sweep);
    EXPECT_THAT(sweep.error().message, HasSubstr("more than 10000 combinations"));
}

}  // namespace
}  // namespace retort::cli::test

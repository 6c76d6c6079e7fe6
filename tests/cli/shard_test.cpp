#include "cli/shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "cli/eval_output.h"

namespace retort::cli {
namespace {

using testing::HasSubstr;

Suite suite_of(int problems) {
    std::string lines;
    for (int i = 0; i < problems; ++i)
        lines += R"({"id":"p)" + std::to_string(i) + R"(","problem":"?","answer":"1"})" + "\n";
    return parse_suite("sums", lines).value();
}

std::vector<std::string> ids_of(const Suite& suite) {
    std::vector<std::string> out;
    for (const SuiteProblem& one : suite.problems) out.push_back(one.problem.id);
    return out;
}

TEST(Shard, IsReadFromItsNumberAndHowManyThereAre) {
    EXPECT_EQ(parse_shard("1/1").value(), (Shard{1, 1}));
    EXPECT_EQ(parse_shard("3/100000").value(), (Shard{3, 100'000}));
    for (const char* wrong : {"", "1", "/", "1/", "/2", "0/2", "3/2", "-1/2", "1/-2", "+1/2", "1/2/3", "1 /2", "a/b",
                              "1/100001", "1/99999999999999999999"}) {
        const auto refused = parse_shard(wrong);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().kind, ErrorKind::usage);
        EXPECT_THAT(refused.error().message, HasSubstr("--shard: expected I/N"));
    }
}

TEST(Shard, HasEveryNthProblem) {
    const Suite part = part_of(suite_of(5), {2, 3}).value();
    EXPECT_EQ(ids_of(part), (std::vector<std::string>{"p1", "p4"}));
    EXPECT_EQ(part.name, "sums");
}

TEST(Shard, WithoutAProblemIsRefused) {
    const auto refused = part_of(suite_of(2), {3, 3});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_THAT(refused.error().message, HasSubstr("--shard 3/3 has no problem, since there are 2"));
}

RC_GTEST_PROP(Shard, AllTogetherHaveEveryProblemOnce, ()) {
    const int problems = *rc::gen::inRange(1, 40);
    const int of = *rc::gen::inRange(1, problems + 1);
    const Suite whole = suite_of(problems);
    std::multiset<std::string> found;
    for (int index = 1; index <= of; ++index) {
        const Shard shard{index, of};
        const Suite part = part_of(whole, shard).value();
        RC_ASSERT(part.problems.size() == shard.problems(whole.problems.size()));
        for (const std::string& id : ids_of(part)) found.insert(id);
    }
    const std::vector<std::string> all = ids_of(whole);
    RC_ASSERT(found == std::multiset<std::string>(all.begin(), all.end()));
}

TEST(Shard, IsNamedByWhatIsPrinted) {
    EvalConfig config;
    config.suite = "aime";
    config.problems = 500;
    EvalEnding ending;
    EXPECT_THAT(eval_text(config, {}, ending), HasSubstr("aime, 500 problems x 1 sample\n"));
    EXPECT_FALSE(nlohmann::json::parse(eval_json(config, {}, ending)).contains("shard"));
    ending.shard = Shard{1, 4};
    EXPECT_THAT(eval_text(config, {}, ending), HasSubstr("shard 1 of 4: 125 of 500 problems"));
    const auto printed = nlohmann::json::parse(eval_json(config, {}, ending));
    EXPECT_EQ(printed["shard"], (nlohmann::json{{"index", 1}, {"of", 4}}));
    EXPECT_EQ(printed["problems"], 125);
    EXPECT_EQ(shard_words({2, 3}, 1), "shard 2 of 3: 0 of 1 problem");
}

TEST(Shard, IsNoPartOfTheRun) {
    EvalConfig config;
    config.problems = 500;
    EXPECT_EQ(nlohmann::json::parse(eval_plan_json(config, Shard{1, 4}))["run"],
              nlohmann::json::parse(eval_plan_json(config, std::nullopt))["run"]);
}

}  // namespace
}  // namespace retort::cli

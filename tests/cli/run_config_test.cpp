#include "cli/run_config.h"

#include <gtest/gtest.h>

namespace retort::cli {
namespace {

RunConfig config(const std::string& method = "pdr:8,4") {
    RunConfig out;
    out.problem = {problem_id("1 + 1?"), "1 + 1?", "2"};
    out.schedule = parse_operator(method, {}).value();
    out.model = out.distill_model = out.judge_model = out.final_model = "m";
    out.prompts = "hash";
    out.settings.seed = 7;
    return out;
}

TEST(RunConfig, ComesBackFromItsJson) {
    for (const char* method : {"cot", "sr:3", "sr:3,analysis", "pdr:8,4", "vote:5", "vote:5,parts", "best:5",
                               "rsa:4,2,3", "pacore:4,2", "tournament:8,2,3"}) {
        RunConfig before = config(method);
        before.settings.sampling.temperature = 0.1;
        before.settings.budget.seq = 5000;
        const auto after = config_from_json(config_json(before));
        ASSERT_TRUE(after) << method;
        EXPECT_EQ(config_json(*after), config_json(before)) << method;
        EXPECT_EQ(run_id(*after), run_id(before));
    }
}

TEST(RunConfig, TheIdIsMadeOfEverythingThatAsksForOtherCompletions) {
    const std::string id = run_id(config());
    EXPECT_EQ(id.size(), 64u);
    RunConfig other = config();
    other.settings.seed = 8;
    EXPECT_NE(run_id(other), id);
    other = config();
    other.problem.reference.reset();
    EXPECT_NE(run_id(other), id);
    other = config();
    other.schedule.rounds[0].distil.k = 3;
    EXPECT_NE(run_id(other), id);
    EXPECT_EQ(run_id(config()), id);
}

TEST(RunConfig, RefusesWhatItCannotRead) {
    EXPECT_FALSE(config_from_json("{}"));
    EXPECT_FALSE(config_from_json("not json"));
    EXPECT_FALSE(config_from_json("{\"problem\":3}"));
}

TEST(RunConfig, GivesBackTheDefaultsOfAShortName) {
    StepDefaults defaults;
    defaults.distiller = DistillerKind::random;
    defaults.k = 5;
    defaults.workspace = 99;
    defaults.think = 11;
    defaults.max_answer = 22;
    for (const char* method :
         {"cot", "sr:3,analysis", "pdr:8,4", "vote:5", "vote:5,parts", "best:5", "pacore:4,2", "tournament:8,3,2"}) {
        const Schedule schedule = parse_operator(method, defaults).value();
        EXPECT_EQ(to_json(parse_operator(method, defaults_of(schedule)).value()), to_json(schedule)) << method;
    }
}

}  // namespace
}  // namespace retort::cli

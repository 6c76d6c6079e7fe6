#include "cli/option_differences.h"

#include <gmock/gmock.h>

#include "cli/eval_config.h"

namespace retort::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

EvalConfig config(const std::string& method = "pdr:8,4") {
    EvalConfig out;
    out.method.schedule = parse_operator(method, {}).value();
    out.method.model = out.method.distill_model = out.method.judge_model = out.method.final_model = "m";
    out.method.prompts = "hash";
    out.method.settings.seed = 7;
    out.suite = "sums";
    out.suite_hash = "one";
    out.problems = 6;
    return out;
}

std::vector<std::string> from_usual(const EvalConfig& now) {
    return option_differences(config_json(config()), config_json(now));
}

TEST(OptionDifferences, AreToldByOptionsAndBothValues) {
    EXPECT_THAT(from_usual(config()), IsEmpty());
    EvalConfig now = config();
    now.method.settings.seed = 8;
    now.method.settings.sampling.top_p = 0.5;
    now.method.settings.budget.seq = 100;
    now.samples = 3;
    EXPECT_THAT(from_usual(now),
                ElementsAre("--budget-seq: none in the journal, 100 now", "--samples: 1 in the journal, 3 now",
                            "--seed: 7 in the journal, 8 now", "--top-p: 1.0 in the journal, 0.5 now"));
}

TEST(OptionDifferences, OfAllRoundsAreToldOnce) {
    EvalConfig now = config();
    for (Round& round : now.method.schedule.rounds) round.think = 1;
    now.method.schedule.finish.think = 1;
    EXPECT_THAT(from_usual(now), ElementsAre("--think: 8192 in the journal, 1 now"));
    now = config();
    now.method.schedule.rounds[1].quorum = 2;
    EXPECT_THAT(from_usual(now), ElementsAre("--operator, its rounds[2].quorum: 1 in the journal, 2 now"));
}

TEST(OptionDifferences, LeaveOutWhatFollowsFromAnother) {
    EXPECT_THAT(from_usual(config("cot")), ElementsAre("--operator: pdr:8,4 in the journal, cot now"));
    EvalConfig now = config();
    now.method.model = now.method.distill_model = now.method.judge_model = now.method.final_model = "n";
    EXPECT_THAT(from_usual(now), ElementsAre("--model: m in the journal, n now"));
    now.method.judge_model = "j";
    EXPECT_THAT(from_usual(now),
                ElementsAre("--judge-model: m in the journal, j now", "--model: m in the journal, n now"));
    now = config();
    now.suite_hash = "two";
    EXPECT_THAT(from_usual(now), ElementsAre("--suite: other problems of that name in the journal than now"));
    now.problems = 2;
    EXPECT_THAT(from_usual(now), ElementsAre("problems (--suite, --limit, --only): 6 in the journal, 2 now"));
}

TEST(OptionDifferences, SayThatTemplatesDifferWithoutTheirHashes) {
    EvalConfig now = config();
    now.method.prompts = "other";
    EXPECT_THAT(from_usual(now), ElementsAre("--prompts: other templates in the journal than now"));
}

}  // namespace
}  // namespace retort::cli

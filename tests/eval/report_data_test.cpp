// What a report is made of: runs read from journals, and the data of the page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eval/report_support.h"

namespace retort::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Evaluation, ReadsRunsWithTheirProblemsAndFacts) {
    const TwoMethods made;
    const auto read = read_evaluation({made.path});
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->runs.size(), 2U);
    const EvaluatedRun& run = read->runs[1];
    EXPECT_EQ(run.setup.schedule.name, "pdr:4,2");
    EXPECT_EQ(run.setup.distiller(), "summary");
    EXPECT_EQ(run.setup.suite, "sums");
    EXPECT_EQ(run.problems.size(), 12U);
    EXPECT_EQ(run.problems[3].reference, "7");
    ASSERT_EQ(run.facts.size(), 24U);
    EXPECT_EQ(run.facts[5].problem, "sum-2");
    EXPECT_EQ(run.facts[5].sample, 1);
    EXPECT_EQ(run.missing(), 0);
}

TEST(Evaluation, TheLastResultOfASampleCounts) {
    const TemporaryFolder folder;
    {
        EvalJournal journal(folder.file("j.db"));
        EvalShape one = shape("cot");
        one.samples = 1;
        journal.add(one, suite_of_sums(1), student({10, 5}));
        RunResult again;
        again.answer = "99";
        again.verdict = Verdict::different;
        journal.event({0, 1, "sum-0", 0, "result", result_json({}, again), 0});
        journal.close();
    }
    const auto read = read_evaluation({folder.file("j.db")}).value();
    ASSERT_EQ(read.runs[0].facts.size(), 1U);
    EXPECT_EQ(read.runs[0].facts[0].answer, "99");
}

TEST(Evaluation, ChoosesRunsByTheBeginningOfTheirIds) {
    const TwoMethods made;
    const auto read = read_evaluation({made.path}, {{made.pdr.substr(0, 10)}});
    ASSERT_TRUE(read);
    ASSERT_EQ(read->runs.size(), 1U);
    EXPECT_EQ(read->runs[0].header.run_id, made.pdr);
    EXPECT_FALSE(read_evaluation({made.path}, {{"0000000000"}}));
}

TEST(Evaluation, TheSameRunTwiceIsReadOnce) {
    const TwoMethods made;
    const auto read = read_evaluation({made.path, made.path});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->runs.size(), 2U);
    EXPECT_EQ(read->remarks.size(), 2U);
}

TEST(Evaluation, OfNoResultsIsAnError) {
    const TemporaryFolder folder;
    {
        const OpenRun run(folder.file("j.db"));
    }
    const auto read = read_evaluation({folder.file("j.db")});
    ASSERT_FALSE(read);
    EXPECT_FALSE(read_evaluation({folder.file("none.db")}));
}

TEST(ReportData, SaysAtTheTopHowTwoFamiliesDiffer) {
    const TwoMethods made;
    const json data = data_of(read_evaluation({made.path}).value());
    EXPECT_EQ(data["version"], 1);
    EXPECT_EQ(data["headline"]["kind"], "difference");
    EXPECT_THAT(data["headline"]["text"].get<std::string>(), HasSubstr("long CoT"));
    ASSERT_EQ(data["families"].size(), 2U);
    EXPECT_EQ(data["families"][0]["name"], "cot");
    EXPECT_EQ(data["families"][1]["label"], "PDR");
    EXPECT_EQ(data["title"], "sums · m");
}

TEST(ReportData, OfOneRunSaysItsMean) {
    const TemporaryFolder folder;
    {
        EvalJournal journal(folder.file("j.db"));
        journal.add(shape("cot"), suite_of_sums(30), student({10, 5}));
        journal.close();
    }
    const json data = data_of(read_evaluation({folder.file("j.db")}).value());
    EXPECT_EQ(data["headline"]["kind"], "mean");
    EXPECT_THAT(data["headline"]["text"].get<std::string>(), StartsWith("cot solves 100.0 % of sums"));
}

TEST(ReportData, HasTheFiguresOfEveryRun) {
    const TwoMethods made;
    const Evaluation evaluation = read_evaluation({made.path}).value();
    const json data = data_of(evaluation);
    const json& run = data["runs"][1];
    EXPECT_EQ(run["label"], "pdr:4,2");
    EXPECT_EQ(run["landed"], 24);
    EXPECT_EQ(run["rounds"].size(), 2U);
    EXPECT_EQ(run["transitions"].size(), 2U);
    std::int64_t calls = 0;
    for (const SampleFacts& one : evaluation.runs[1].facts) calls += one.budget.calls;
    EXPECT_EQ(run["cost"]["calls"], calls);
    EXPECT_EQ(run["grid"]["states"].get<std::string>().size(), 24U);
    EXPECT_EQ(run["grid"]["detail"][0], 24);  // after the samples of the first run
    EXPECT_EQ(data["curves"][0]["axis"], "b_seq");
    EXPECT_EQ(data["signatures"].size(), 3U);
    EXPECT_EQ(data["problems"].size(), 12U);
    EXPECT_EQ(data["problems"][0]["source"], "made up");
}

TEST(ReportData, HasBudgetsOfEveryRoundAndRole) {
    const TemporaryFolder folder;
    {
        EvalJournal journal(folder.file("j.db"));
        journal.add(shape("pdr:4,2"), suite_of_sums(12), student({7, 20}));
        journal.close();
    }
    const json data = data_of(read_evaluation({folder.file("j.db")}).value());
    const json& run = data["runs"][0];
    ASSERT_EQ(run["rounds"].size(), 2U);
    EXPECT_GT(run["rounds"][0]["b_seq"].get<double>(), 0);
    EXPECT_GT(run["rounds"][1]["b_seq"].get<double>(), run["rounds"][0]["b_seq"].get<double>());
    EXPECT_LT(run["rounds"][1]["b_seq"].get<double>(), run["b_seq"].get<double>());
    std::map<std::string, int> calls;
    for (const json& use : run["budget_use"]) calls[use["role"]] = use["calls"];
    const std::map<std::string, int> expected{{"round 1 draft", 24 * 4},
                                              {"round 1 distill", 24},
                                              {"round 2 draft", 24 * 2},
                                              {"round 2 distill", 24},
                                              {"final", 24}};
    EXPECT_EQ(calls, expected);
}

TEST(ReportData, KeepsSuitesApart) {
    const TemporaryFolder folder;
    {
        EvalJournal journal(folder.file("j.db"));
        journal.add(shape("cot"), suite_of_sums(12), student({10, 5}));
        journal.add(shape("pdr:2"), suite_of_sums(12), student({10, 5}));
        journal.add(shape("cot"), suite_of_sums(7), student({4, 50}));  // dear and bad, and the only one of its suite
        journal.close();
    }
    const json data = data_of(read_evaluation({folder.file("j.db")}).value());
    std::vector<int> suites;
    for (const json& family : data["families"]) suites.push_back(family["suite"]);
    EXPECT_THAT(suites, testing::UnorderedElementsAre(0, 0, 1));
    const json& curve = data["curves"][0];
    for (const json& family : curve["families"])
        if (suites[family["family"]] == 1) EXPECT_EQ(family["points"][0]["pareto"], true);
}

TEST(ReportData, WarnsOfWhatSpeaksAgainstTheFigures) {
    const TemporaryFolder folder;
    {
        EvalJournal journal(folder.file("j.db"));
        EvalShape one = shape("cot");
        one.simulated = true;
        one.problems_asked = 15;
        journal.add(one, suite_of_sums(12), student({5, 5, 3, 5}));
        journal.close();
    }
    const json data = data_of(read_evaluation({folder.file("j.db")}).value());
    std::set<std::string> kinds;
    for (const json& warning : data["warnings"]) kinds.insert(warning["kind"]);
    EXPECT_EQ(kinds, (std::set<std::string>{"simulated", "unfinished", "truncated", "failed_calls", "few_samples"}));
    EXPECT_EQ(data["simulated"], true);
}

TEST(ReportData, OfProblemsWithoutReferencesIsNotScored) {
    const TemporaryFolder folder;
    {
        EvalJournal journal(folder.file("j.db"));
        journal.add(shape("pdr:2"), suite_of_sums(3, false), student({}));
        journal.close();
    }
    const json data = data_of(read_evaluation({folder.file("j.db")}).value());
    EXPECT_EQ(data["headline"]["kind"], "none");
    EXPECT_EQ(data["runs"][0]["scored"], false);
    EXPECT_EQ(data["runs"][0]["grid"]["states"], "uuuuuu");
}

TEST(ReportData, ComparesDistillersAndSizesOfTheWorkspace) {
    const TemporaryFolder folder;
    {
        EvalJournal journal(folder.file("j.db"));
        for (const DistillerKind kind : {DistillerKind::random, DistillerKind::oracle_correct}) {
            EvalShape one = shape("pdr:3");
            one.defaults.distiller = kind;
            journal.add(one, suite_of_sums(5), student({}));
        }
        EvalShape smaller = shape("pdr:3");
        smaller.defaults.distiller = DistillerKind::random;
        smaller.defaults.workspace = 20;
        journal.add(smaller, suite_of_sums(5), student({}));
        journal.close();
    }
    const json data = data_of(read_evaluation({folder.file("j.db")}).value());
    ASSERT_EQ(data["distillers"].size(), 3U);
    EXPECT_EQ(data["distillers"][0]["difference"], nullptr);
    EXPECT_EQ(data["distillers"][2]["oracle"], true);
    ASSERT_EQ(data["workspaces"].size(), 2U);
    EXPECT_EQ(data["workspaces"][0]["kappa"], 20);
    EXPECT_EQ(data["families"][1]["label"], "PDR, oracle-correct");
}

TEST(ReportData, OfASolvedProblemIsAReportOfOneSample) {
    const TemporaryFolder folder;
    {
        const Schedule schedule = parse_operator("cot", small_defaults()).value();
        json config = json::parse(eval_config(shape("cot"), suite_of_sums(1), schedule));
        config.erase("suite");
        config.erase("samples");
        config["problem"] = {{"id", "p"}, {"text", "What is 1 + 1?"}, {"reference", "2"}};
        OpenRun run(folder.file("j.db"), creating(), header("ab", config.dump()));
        RunResult result;
        result.answer = "2";
        result.verdict = Verdict::equal;
        run.journal->event({0, run.run, "p", 0, "result", result_json({}, result), 0});
        run.journal->close().value();
    }
    const json data = data_of(read_evaluation({folder.file("j.db")}).value());
    EXPECT_EQ(data["runs"][0]["landed"], 1);
    EXPECT_EQ(data["runs"][0]["grid"]["states"], "r");
}

}  // namespace
}  // namespace retort::test

#include "eval/report/training_page.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "eval/report/training_runs.h"
#include "record/support.h"

namespace retort::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kPage = "<html><!--retort-data--><p>x</p><!--retort-details--></html>";

// Two steps of SFT and one of reinforcement, evaluated before and after.
constexpr const char* kShortRun = R"({"step":0,"phase":"sft","eval/cot/accuracy":0.0,"eval/pdr:4/accuracy":0.0625}
{"step":1,"phase":"sft","loss":5.5,"actor/grad_norm":2.0}
{"step":2,"phase":"sft","loss":4.5,"actor/grad_norm":1.0}
{"step":3,"phase":"rl","op/reward/mean":-0.5,"actor/grad_norm":null,"eval/cot/accuracy":0.25,"eval/pdr:4/accuracy":0.5}
)";

struct Folder {
    TemporaryFolder folder;

    // The path of a run's folder that holds these figures.
    std::string run(const std::string& name, const std::string& metrics) const {
        std::filesystem::create_directories(folder.file(name));
        put(name + "/metrics.jsonl", metrics);
        return folder.file(name);
    }
    void put(const std::string& name, const std::string& text) const { std::ofstream(folder.file(name)) << text; }
};

json data_of(const std::vector<TrainingRun>& runs) {
    return json::parse(training_data_json(runs, {"", "", "retort test"}));
}

json series_of(const json& run, const std::string& name) {
    for (const json& one : run["series"])
        if (one["name"] == name) return one;
    ADD_FAILURE() << "no series " << name;
    return {};
}

TEST(TrainingRuns, AreReadFromTheirFolderOrTheirFigures) {
    const Folder there;
    const std::string folder = there.run("first", kShortRun);
    for (const std::string& source : {folder, folder + "/", folder + "/metrics.jsonl"}) {
        EXPECT_TRUE(names_training_run(source));
        const auto runs = read_training_runs({source});
        ASSERT_TRUE(runs) << runs.error().message;
        const TrainingRun& run = runs->front();
        EXPECT_EQ(run.label, "first");
        EXPECT_EQ(run.rows, 4U);
        EXPECT_EQ(run.last_step(), 3);
        ASSERT_EQ(run.phases.size(), 2U);
        EXPECT_EQ(run.phases[0].to, 2);
        EXPECT_EQ(run.phases[1].from, 3);
        EXPECT_THAT(run.find("loss")->steps, ElementsAre(1, 2));
        EXPECT_THAT(run.find("loss")->values, ElementsAre(5.5, 4.5));
        EXPECT_TRUE(std::isnan(run.find("actor/grad_norm")->values.back()));
        EXPECT_EQ(run.find("nothing"), nullptr);
    }
    EXPECT_FALSE(names_training_run(folder + "/rollouts.db"));
}

TEST(TrainingRuns, OfRowsOfOneStepTheLastCounts) {
    const Folder there;
    const std::string folder = there.run("again", R"({"step":1,"phase":"sft","loss":3}
{"step":2,"phase":"sft","loss":2}
{"step":2,"phase":"sft","loss":1}
)");
    const auto runs = read_training_runs({folder}).value();
    EXPECT_THAT(runs[0].find("loss")->values, ElementsAre(3, 1));
}

TEST(TrainingRuns, LinesThatAreNoRowsAreCountedAndTold) {
    const Folder there;
    const std::string folder =
        there.run("broken", std::string(kShortRun) + "nothing\n[1]\n" + R"({"step":4,"phase":"rl","op/rew)");
    const auto runs = read_training_runs({folder}).value();
    EXPECT_EQ(runs[0].rows, 4U);
    EXPECT_EQ(runs[0].unreadable, 2U);
    EXPECT_TRUE(runs[0].cut);
    const std::string warnings = data_of(runs)["warnings"].dump();
    EXPECT_THAT(warnings, HasSubstr("2 lines of metrics.jsonl are no rows"));
    EXPECT_THAT(warnings, HasSubstr("incomplete"));
}

TEST(TrainingRuns, ThatCannotBeReadSayWhatWasExpected) {
    const Folder there;
    std::filesystem::create_directories(there.folder.file("empty"));
    there.put("suite.jsonl", "{\"id\":\"1\",\"problem\":\"1 + 1\"}\n");
    EXPECT_THAT(read_training_runs({there.folder.file("empty")}).error().message, HasSubstr("retort train"));
    EXPECT_THAT(read_training_runs({there.folder.file("suite.jsonl")}).error().message, HasSubstr("no step in it"));
    const std::string folder = there.run("first", kShortRun);
    EXPECT_THAT(read_training_runs({folder, folder + "/metrics.jsonl"}).error().message, HasSubstr("twice"));
}

TEST(TrainingRuns, HaveDifferentLabelsAlsoWhereTheirFoldersAreNamedAlike) {
    const Folder there;
    std::filesystem::create_directories(there.folder.file("a"));
    std::filesystem::create_directories(there.folder.file("b"));
    const std::string a = there.run("a/run", kShortRun), b = there.run("b/run", kShortRun);
    const auto runs = read_training_runs({a, b, there.run("other", kShortRun)}).value();
    EXPECT_EQ(runs[0].label, a);
    EXPECT_EQ(runs[1].label, b);
    EXPECT_EQ(runs[2].label, "other");
}

TEST(TrainingPage, SaysWhatTheLastEvaluationFound) {
    const Folder there;
    const auto runs = read_training_runs({there.run("first", kShortRun)}).value();
    EXPECT_EQ(data_of(runs)["headline"],
              "After step 3: cot 25.0 %, pdr:4 50.0 % of the test problems right; at step 0: 0.0 %, 6.2 %");
    const auto two = read_training_runs({there.run("first", kShortRun),
                                         there.run("second", R"({"step":9,"phase":"rl","eval/cot/accuracy":0.75})")})
                         .value();
    EXPECT_EQ(data_of(two)["headline"],
              "The highest last evaluation is that of second: cot 75.0 % of the test problems right after step 9");
}

TEST(TrainingPage, WithoutEvaluationsSaysRewardOrLoss) {
    const Folder there;
    const auto learning = read_training_runs({there.run("l", R"({"step":7,"phase":"rl","op/reward/mean":-0.25})")});
    EXPECT_EQ(data_of(*learning)["headline"], "At step 7: of op -0.250");
    const auto supervised = read_training_runs({there.run("s", R"({"step":7,"phase":"sft","loss":1.5})")});
    EXPECT_EQ(data_of(*supervised)["headline"], "At step 7: loss 1.5000");
}

TEST(TrainingPage, HasEveryFigureWithItsEnds) {
    const Folder there;
    const std::string folder = there.run("first", kShortRun);
    there.put("first/config.toml", "seed = 3\n");
    there.put("first/rollouts.db", "");
    const json run = data_of(read_training_runs({folder}).value())["runs"][0];
    EXPECT_EQ(run["config"], "seed = 3\n");
    EXPECT_EQ(run["rollouts"], folder + "/rollouts.db");
    EXPECT_TRUE(run["model"].is_null());
    const json norm = series_of(run, "actor/grad_norm");
    EXPECT_EQ(norm["values"], json::parse("[2.0, 1.0, null]"));
    EXPECT_EQ(norm["first"], 2.0);
    EXPECT_TRUE(norm["last"].is_null());
    EXPECT_EQ(norm["least"], 1.0);
    EXPECT_FALSE(norm.contains("least_near"));
}

TEST(TrainingPage, WarnsOfWhatMakesItsFiguresDoubtful) {
    const Folder there;
    const auto warnings = [&](const char* name, const char* metrics) {
        return data_of(read_training_runs({there.run(name, metrics)}).value())["warnings"].dump();
    };
    EXPECT_THAT(warnings("open", kShortRun), HasSubstr("Not ended: it is at step 3"));
    EXPECT_THAT(warnings("apart", R"({"step":5,"phase":"rl","rollout_train_logprob_diff":0.02})"),
                HasSubstr("differed by 0.02 in log-probability on average at step 5"));
    std::filesystem::create_directories(there.folder.file("done"));
    there.put("done/model.gguf", "GGUF");
    EXPECT_EQ(warnings("done", kShortRun), "[]");
    there.put("done/failed-batch.json", "{}");
    EXPECT_THAT(warnings("done", kShortRun), HasSubstr("A gradient was no number and the run stopped; it was resumed"));
}

TEST(TrainingPage, OfManyRowsIsBoundedAndKeepsTheirExtremes) {
    constexpr int kRows = 100'000;
    std::string metrics;
    for (int step = 1; step <= kRows; ++step) {
        metrics += fmt::format(R"({{"step":{},"phase":"rl")", step);
        for (int i = 0; i < 20; ++i)
            metrics += fmt::format(R"(,"figure/{}":{})", i, step == 54'321 ? 99.0 : 0.1 * (step % 7));
        metrics += "}\n";
    }
    const Folder there;
    const auto runs = read_training_runs({there.run("long", metrics)}).value();
    const std::string out = there.folder.file("page.html");
    const auto bytes = write_training_page(runs, {out, "", "retort test"}, kPage);
    ASSERT_TRUE(bytes);
    EXPECT_LT(*bytes, 2'000'000U);
    EXPECT_EQ(std::filesystem::file_size(out), *bytes);
    const json series = series_of(data_of(runs)["runs"][0], "figure/3");
    EXPECT_EQ(series["count"], kRows);
    EXPECT_EQ(series["steps"].size(), 1000U);
    EXPECT_EQ(series["values"].size(), series["most_near"].size());
    double most = 0;
    for (const json& one : series["most_near"]) most = std::max(most, one.get<double>());
    EXPECT_EQ(most, 99.0);
    EXPECT_EQ(series["most"], 99.0);
}

TEST(TrainingPage, CannotBeBrokenOutOfByWhatIsInTheFiles) {
    const Folder there;
    const std::string folder = there.run("x", R"({"step":1,"phase":"</script><b>","loss<!--retort-details-->":1})");
    there.put("x/config.toml", "</script><script>alert(1)</script> \xff");
    const std::string out = there.folder.file("page.html");
    ASSERT_TRUE(write_training_page(read_training_runs({folder}).value(), {out, "</script>", "retort test"}, kPage));
    std::ostringstream text;
    text << std::ifstream(out).rdbuf();
    const std::string page = text.str();
    EXPECT_EQ(page.find("</script>"), page.rfind("</script>"));
    EXPECT_THAT(page, Not(HasSubstr("<!--retort")));
    EXPECT_THAT(page, Not(HasSubstr("<b>")));
}

}  // namespace
}  // namespace retort::test

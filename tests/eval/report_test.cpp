#include "eval/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <fstream>
#include <sstream>

#include "eval/report/details.h"
#include "eval/report/packing.h"
#include "eval/report_journal.h"
#include "record/support.h"

namespace retort::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kPage = "<html><!--retort-data--><p>x</p><!--retort-details--></html>";

StepDefaults small_defaults() {
    StepDefaults out;
    out.think = 100;
    out.max_answer = 60;
    out.workspace = 200;
    return out;
}

EvalShape shape(const std::string& method) {
    EvalShape out;
    out.method = method;
    out.defaults = small_defaults();
    return out;
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// A journal of two methods with failures and cuts in it.
struct TwoMethods {
    TwoMethods() {
        EvalJournal journal(path);
        cot = journal.add(shape("cot"), suite_of_sums(12), student({4, 60, 9, 11}));
        pdr = journal.add(shape("pdr:4,2"), suite_of_sums(12), student({7, 20, 13, 17, "</script><img onerror=x>"}));
        journal.close();
    }
    const TemporaryFolder folder;
    const std::string path = folder.file("two.db");
    std::string cot;
    std::string pdr;
};

json data_of(const Evaluation& evaluation) {
    return json::parse(report_data_json(evaluation, {"", "", "", "retort test"}));
}

std::string unpacked(const std::string& base64) {
    std::string bytes(base64.size(), '\0');
    const int decoded =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size()));
    std::string out(std::size_t{1} << 24, '\0');
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(decoded);
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
    const std::size_t begin = text.find(from) + from.size();
    return text.substr(begin, text.find(to, begin) - begin);
}

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

TEST(Report, IsOnePageWithDataAndDetails) {
    const TwoMethods made;
    const Evaluation evaluation = read_evaluation({made.path}).value();
    const auto written = write_report(evaluation, {made.folder.file("r.html"), "", "", "retort test"}, kPage);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written->samples, 48U);
    const std::string page = read_file(made.folder.file("r.html"));
    EXPECT_EQ(page.size(), written->page_bytes);
    const json data = json::parse(between(page, "id=\"retort-data\">", "</script>"));
    EXPECT_EQ(data["details"]["at"], "embedded");
    EXPECT_EQ(data["details"]["chunks"], written->chunks);
    const json chunk = json::parse(unpacked(between(page, "id=\"details-0\">", "</script>")));
    EXPECT_EQ(chunk[0]["run"], 0);
    EXPECT_EQ(chunk[0]["final"]["path"], "final");
}

TEST(Report, NoTextOfAModelCanBreakOutOfThePage) {
    const TwoMethods made;
    const Evaluation evaluation = read_evaluation({made.path}).value();
    ASSERT_TRUE(write_report(evaluation, {made.folder.file("r.html"), "", "</script><b>", "retort test"}, kPage));
    const std::string page = read_file(made.folder.file("r.html"));
    EXPECT_EQ(page.find("<b>"), page.npos);
    EXPECT_EQ(page.find("<img"), page.npos);
    EXPECT_EQ(json::parse(between(page, "id=\"retort-data\">", "</script>"))["title"], "</script><b>");
}

TEST(Report, HasTheTextsOfEveryCallInTheDetails) {
    const TwoMethods made;
    const Evaluation evaluation = read_evaluation({made.path}).value();
    std::vector<std::vector<std::size_t>> index(2, std::vector<std::size_t>(12));
    DetailPlan plan = plan_details(evaluation, false);
    plan.chunk_size = 48;
    DetailWriter details(evaluation, plan, index);
    const json chunk = json::parse(details.chunk(0).value());
    ASSERT_EQ(chunk.size(), 48U);
    const json& sample = chunk[40];
    ASSERT_EQ(sample["rounds"].size(), 2U);
    EXPECT_EQ(sample["rounds"][0]["drafts"].size(), 4U);
    bool solved = false;
    for (const json& draft : sample["rounds"][0]["drafts"])
        if (draft["finish"] == "stop") {
            solved = true;
            EXPECT_THAT(draft["text"].get<std::string>(), HasSubstr("The sum is"));
            EXPECT_THAT(draft["reasoning"].get<std::string>(), StartsWith("step "));
        }
    EXPECT_TRUE(solved);
    EXPECT_EQ(sample["rounds"][0]["calls"][0]["role"], "summary");
    EXPECT_FALSE(sample["rounds"][0]["workspaces"].empty());
}

TEST(Report, BoundsLongTextsAndSaysHowMuchIsLeftOut) {
    const TwoMethods made;
    const Evaluation evaluation = read_evaluation({made.path}).value();
    DetailPlan plan = plan_details(evaluation, false);
    plan.most_bytes = 100;
    DetailWriter details(evaluation, plan, {std::vector<std::size_t>(12), std::vector<std::size_t>(12)});
    const json chunk = json::parse(details.chunk(0).value());
    std::int64_t left_out = 0;
    for (const json& sample : chunk)
        if (!sample["final"].is_null()) left_out += sample["final"]["left_out"].get<std::int64_t>();
    EXPECT_GT(left_out, 0);
    EXPECT_GE(static_cast<std::int64_t>(details.left_out()), left_out);
}

TEST(Report, PutsDetailsBesideThePageWhenAsked) {
    const TwoMethods made;
    const Evaluation evaluation = read_evaluation({made.path}).value();
    const ReportOptions options{made.folder.file("r.html"), made.folder.file("parts"), "", "retort test"};
    const auto written = write_report(evaluation, options, kPage);
    ASSERT_TRUE(written) << written.error().message;
    const json data = json::parse(between(read_file(options.out), "id=\"retort-data\">", "</script>"));
    EXPECT_EQ(data["details"]["at"], "beside");
    EXPECT_EQ(data["details"]["folder"], "parts");
    EXPECT_THAT(read_file(options.details + "/0.js"), StartsWith("window.retortDetails(0, \""));
}

TEST(Report, LeavesNothingBehindWhenItCannotBeWritten) {
    const TwoMethods made;
    const Evaluation evaluation = read_evaluation({made.path}).value();
    const auto written = write_report(evaluation, {made.folder.file("no/r.html"), "", "", "retort test"}, kPage);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::file);
    EXPECT_THAT(written.error().message, HasSubstr("cannot be written"));
    const auto full = write_report(evaluation, {"/dev/full", "", "", "retort test"}, kPage);
    EXPECT_FALSE(full);
}

TEST(Report, IsTheSameForTheSameJournal) {
    const TwoMethods made;
    for (const char* name : {"a.html", "b.html"})
        ASSERT_TRUE(
            write_report(read_evaluation({made.path}).value(), {made.folder.file(name), "", "", "retort test"}, kPage));
    EXPECT_EQ(read_file(made.folder.file("a.html")), read_file(made.folder.file("b.html")));
}

TEST(Packing, ShortensAtCharacterBoundaries) {
    const std::string text = "äöüäöüäöüäöüäöüäöü";
    const Shortened out = shortened(text, 11);
    EXPECT_GT(out.left_out, 0U);
    EXPECT_EQ(json(out.text).dump().find("\xef\xbf\xbd"), std::string::npos);
    EXPECT_EQ(shortened(text, 100).text, text);
}

}  // namespace
}  // namespace retort::test

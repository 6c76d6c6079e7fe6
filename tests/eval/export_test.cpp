#include "eval/export/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "eval/report_journal.h"
#include "record/support.h"

namespace retort::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream in(path);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

struct Exported {
    Exported() {
        EvalJournal journal(path);
        for (const char* method : {"cot", "pdr:3,2"}) {
            EvalShape one;
            one.method = method;
            one.defaults.think = 100;
            one.defaults.max_answer = 60;
            run = journal.add(one, suite_of_sums(5), student({6, 10, 11, 13, "Said, \"so\"."}));
        }
        journal.close();
    }
    Evaluation read(const std::vector<std::string>& ids = {}) const { return read_evaluation({path}, {ids}).value(); }

    const TemporaryFolder folder;
    const std::string path = folder.file("j.db");
    std::string run;
};

TEST(Export, WritesOneObjectASample) {
    const Exported made;
    const auto written = write_export(made.read(), ExportFormat::jsonl, made.folder.file("out.jsonl"));
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written->samples, 20U);
    const auto lines = lines_of(made.folder.file("out.jsonl"));
    ASSERT_EQ(lines.size(), 20U);
    const json last = json::parse(lines.back());
    EXPECT_EQ(last["problem_id"], "sum-4");
    EXPECT_EQ(last["sample"], 1);
    EXPECT_EQ(last["result"]["operator"], "pdr:3,2");
    EXPECT_EQ(last["calls"].size(), 8U);
    EXPECT_EQ(last["calls"][0]["path"], "r1.d0");
}

TEST(Export, WritesOneRowASample) {
    const Exported made;
    ASSERT_TRUE(write_export(made.read(), ExportFormat::csv, made.folder.file("out.csv")));
    const auto lines = lines_of(made.folder.file("out.csv"));
    ASSERT_EQ(lines.size(), 21U);
    const auto commas = std::count(lines[0].begin(), lines[0].end(), ',');
    for (const std::string& line : lines) EXPECT_GE(std::count(line.begin(), line.end(), ','), commas) << line;
    EXPECT_THAT(lines[11], HasSubstr("\"pdr:3,2\""));
    EXPECT_THAT(lines[11], StartsWith(made.run));
}

TEST(Export, WritesALogForEachRunIntoAFolder) {
    const Exported made;
    const auto written = write_export(made.read(), ExportFormat::inspect, made.folder.file("logs"));
    ASSERT_TRUE(written) << written.error().message;
    ASSERT_EQ(written->files.size(), 2U);
    std::ifstream in(written->files[1]);
    const json log = json::parse(in);
    EXPECT_EQ(log["version"], 2);
    EXPECT_EQ(log["status"], "success");
    EXPECT_EQ(log["samples"].size(), 10U);
    EXPECT_EQ(log["samples"][1]["epoch"], 2);
}

TEST(Export, OfARunThatIsNotDoneIsALogThatWasCancelled) {
    const TemporaryFolder folder;
    {
        EvalJournal journal(folder.file("j.db"));
        EvalShape one;
        one.problems_asked = 9;
        journal.add(one, suite_of_sums(2), student({}));
        journal.close();
    }
    const Evaluation read = read_evaluation({folder.file("j.db")}).value();
    ASSERT_TRUE(write_export(read, ExportFormat::inspect, folder.file("log.json")));
    std::ifstream in(folder.file("log.json"));
    EXPECT_EQ(json::parse(in)["status"], "cancelled");
}

TEST(Export, IntoAFullDiskIsAnError) {
    const Exported made;
    const auto written = write_export(made.read(), ExportFormat::jsonl, "/dev/full");
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("No space left"));
}

// What a Python that has Inspect reads out of a log; nothing where there is none. RETORT_INSPECT_PYTHON names one.
std::optional<json> read_by_inspect(const std::string& log) {
    const char* python = std::getenv("RETORT_INSPECT_PYTHON");
    const std::string command =
        std::string(python == nullptr ? "python3" : python) + " " RETORT_INSPECT_CHECK " " + log;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    for (char part[4096]; const std::size_t got = std::fread(part, 1, sizeof part, pipe);) out.append(part, got);
    constexpr int kMissing = 77;
    const int status = ::pclose(pipe);
    if (WEXITSTATUS(status) == kMissing) return std::nullopt;
    EXPECT_EQ(status, 0);
    return json::parse(out, nullptr, false);
}

TEST(Export, InspectsOwnPackageReadsItsLogs) {
    const Exported made;
    const Evaluation read = made.read({made.run});
    const std::string log = made.folder.file("log.json");
    ASSERT_TRUE(write_export(read, ExportFormat::inspect, log));
    const auto seen = read_by_inspect(log);
    if (!seen) GTEST_SKIP() << "the Python package inspect-ai is not installed";
    std::int64_t right = 0;
    std::int64_t errors = 0;
    for (const SampleFacts& one : read.runs[0].facts) right += one.right, errors += one.failed;
    EXPECT_EQ((*seen)["status"], "success");
    EXPECT_EQ((*seen)["samples"], 10);
    EXPECT_EQ((*seen)["summaries"], 10);
    EXPECT_EQ((*seen)["epochs"], json::array({1, 2}));
    EXPECT_EQ((*seen)["right"], right);
    EXPECT_EQ((*seen)["errors"], errors);
    EXPECT_NEAR((*seen)["metrics"]["accuracy"].get<double>(), static_cast<double>(right) / 10, 1e-9);
    EXPECT_GE((*seen)["model_events"].get<int>(), 70);
    EXPECT_EQ((*seen)["reasoning"], true);
}

}  // namespace
}  // namespace retort::test

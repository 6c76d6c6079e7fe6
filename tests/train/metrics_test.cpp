#include "train/run/metrics.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "train/folder.h"

namespace retort::train::test {
namespace {

using ::testing::HasSubstr;

MetricsRow row_of(std::int64_t step) {
    MetricsRow out(step, "rl");
    out.put("op/reward/mean", 0.25 * static_cast<double>(step));
    out.put("time/step_s", 1.5);
    return out;
}

std::string line_of(std::int64_t step) {
    return row_of(step).json() + "\n";
}

TEST(MetricsRow, IsOneLineInTheOrderOfItsFigures) {
    EXPECT_EQ(row_of(3).json(), R"({"step":3,"phase":"rl","op/reward/mean":0.75,"time/step_s":1.5})");
}

TEST(MetricsRow, WhatIsNoNumberIsNull) {
    MetricsRow row(1, "sft");
    row.put("loss", std::numeric_limits<double>::quiet_NaN());
    row.put("grad", std::numeric_limits<double>::infinity());
    EXPECT_EQ(row.json(), R"({"step":1,"phase":"sft","loss":null,"grad":null})");
}

TEST(MetricsFile, RowsAreInTheFileAsSoonAsTheyAreAppended) {
    const Folder folder;
    auto file = MetricsFile::open(folder / "metrics.jsonl", 0);
    ASSERT_TRUE(file);
    for (const std::int64_t step : {1, 2}) {
        ASSERT_TRUE(file->append(row_of(step)));
        EXPECT_EQ(bytes_of(folder / "metrics.jsonl"), step == 1 ? line_of(1) : line_of(1) + line_of(2));
    }
}

TEST(MetricsFile, OpenedAfterAStepItKeepsTheRowsUpToIt) {
    const Folder folder;
    const std::string path = folder / "metrics.jsonl";
    write_bytes(path, line_of(0) + line_of(1) + line_of(2) + line_of(3));
    auto file = MetricsFile::open(path, 2);
    ASSERT_TRUE(file);
    EXPECT_EQ(bytes_of(path), line_of(0) + line_of(1) + line_of(2));
    ASSERT_TRUE(file->append(row_of(3)));
    EXPECT_EQ(bytes_of(path), line_of(0) + line_of(1) + line_of(2) + line_of(3));
    EXPECT_THAT(folder.files(), ::testing::ElementsAre("metrics.jsonl"));
}

// A line that lacks no more than its end is whole; a shorter one goes. What is appended stands on a line of its own.
TEST(MetricsFile, ALineThatWasCutAnywhereGoesOrIsWhole) {
    const std::string last = line_of(2);
    for (std::size_t cut = 0; cut <= last.size(); ++cut) {
        const Folder folder;
        const std::string path = folder / "metrics.jsonl";
        write_bytes(path, line_of(1) + last.substr(0, cut));
        auto file = MetricsFile::open(path, 2);
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->append(row_of(3)));
        const std::string kept = cut + 1 < last.size() ? line_of(1) : line_of(1) + line_of(2);
        EXPECT_EQ(bytes_of(path), kept + line_of(3)) << "cut after " << cut << " bytes";
    }
}

RC_GTEST_PROP(MetricsFile, WhateverStandsInTheFileIsNoFault, (const std::string& bytes)) {
    const Folder folder;
    const std::string path = folder / "metrics.jsonl";
    write_bytes(path, line_of(1) + bytes);
    auto file = MetricsFile::open(path, 1);
    RC_ASSERT(file.has_value());
    RC_ASSERT(file->append(row_of(2)).has_value());
    RC_ASSERT(bytes_of(path).ends_with("\n" + line_of(2)));
}

TEST(MetricsFile, AFullDiskIsSaid) {
    const Folder folder;
    const std::string path = folder / "metrics.jsonl";
    auto file = MetricsFile::open(path, 0);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->append(row_of(1)));
    const FileSizeLimit limit(line_of(1).size() + 10);
    const auto written = file->append(row_of(2));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::file);
    EXPECT_THAT(written.error().message, HasSubstr(path + ": cannot be written"));
}

TEST(MetricsFile, AFolderThatIsNotThereIsSaid) {
    auto file = MetricsFile::open("/nowhere/metrics.jsonl", 0);
    ASSERT_TRUE(file);
    const auto written = file->append(row_of(1));
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("/nowhere/metrics.jsonl"));
}

}  // namespace
}  // namespace retort::train::test

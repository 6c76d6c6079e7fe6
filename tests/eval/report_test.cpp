// The page: its data and details in one file or beside it, whatever models wrote.
#include "eval/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <fstream>
#include <sstream>

#include "eval/report/details.h"
#include "eval/report/packing.h"
#include "eval/report_support.h"

namespace retort::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kPage = "<html><!--retort-data--><p>x</p><!--retort-details--></html>";

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
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

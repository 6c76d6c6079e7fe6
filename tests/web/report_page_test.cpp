#include "report_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace retort {
namespace {

int occurrences(std::string_view text, std::string_view part) {
    int count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

TEST(ReportPage, IsThereWholeFromTheFirstByteToTheLast) {
    const std::string_view page = report_page();
    EXPECT_TRUE(page.starts_with("<!doctype html>"));
    EXPECT_TRUE(page.ends_with("</html>\n"));
    EXPECT_GT(page.size(), 100'000U);
    EXPECT_EQ(std::ranges::count(page, '\0'), 0);
}

TEST(ReportPage, HasEachPlaceToFillOnceAndDataBeforeDetails) {
    const std::string_view page = report_page();
    EXPECT_EQ(occurrences(page, "<!--retort-data-->"), 1);
    EXPECT_EQ(occurrences(page, "<!--retort-details-->"), 1);
    EXPECT_LT(page.find("<!--retort-data-->"), page.find("<!--retort-details-->"));
}

TEST(ReportPage, RunsItsOwnScriptOnlyAndFetchesNothing) {
    const std::string_view page = report_page();
    EXPECT_EQ(occurrences(page, "default-src 'none'; script-src 'sha256-"), 1);
    EXPECT_EQ(occurrences(page, "<script src"), 0);
    EXPECT_EQ(occurrences(page, "<link rel=\"stylesheet\""), 0);
}

}  // namespace
}  // namespace retort

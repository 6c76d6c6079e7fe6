#include "live_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace retort {
namespace {

TEST(LivePage, IsThereWholeFromTheFirstByteToTheLast) {
    const std::string_view page = live_page();
    EXPECT_TRUE(page.starts_with("<!doctype html>"));
    EXPECT_TRUE(page.ends_with("</html>\n"));
    EXPECT_GT(page.size(), 30'000U);
    EXPECT_EQ(std::ranges::count(page, '\0'), 0);
}

TEST(LivePage, RunsItsOwnScriptOnlyAndAsksItsOwnGatewayOnly) {
    const std::string_view page = live_page();
    EXPECT_NE(page.find("default-src 'none'; script-src 'sha256-"), std::string_view::npos);
    EXPECT_NE(page.find("connect-src 'self';"), std::string_view::npos);
    EXPECT_EQ(page.find("<script src"), std::string_view::npos);
    EXPECT_EQ(page.find("<link rel=\"stylesheet\""), std::string_view::npos);
}

}  // namespace
}  // namespace retort

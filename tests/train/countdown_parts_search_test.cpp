#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "eval/generate/generate.h"
#include "train/tasks/countdown_parts_trace.h"
#include "train/tasks/countdown_problems.h"

namespace retort::test {
namespace {

// What a model that searches perfectly would reach: each of three parts by its own lines.
TEST(CountdownPartsSearch, SolvesPartsLongBeforeItHasSolvedAll) {
    using namespace train::countdown_parts;
    const train::countdown::Problems problems;
    generate::Draws draws(3);
    constexpr int kSearches = 1000;
    std::map<std::size_t, std::pair<int, int>> solved{{160, {}}, {256, {}}, {512, {}}};  // parts, and all three
    for (int i = 0; i < kSearches; ++i) {
        Parts parts;
        for (auto& part : parts) part = problems.draw(draws);
        Trace trace;
        search_on(trace, parts, draws, 512);
        for (auto& [most, counts] : solved) {
            const auto found = trace.found(most);
            const auto many = std::ranges::count_if(found, [](const auto& one) { return one.has_value(); });
            counts.first += static_cast<int>(many);
            counts.second += many == kParts;
        }
    }
    for (const auto& [most, counts] : solved) {
        RecordProperty(fmt::format("parts_within_{}", most), fmt::format("{:.1f}", counts.first / (0.03 * kSearches)));
        RecordProperty(fmt::format("all_within_{}", most), fmt::format("{:.1f}", counts.second / (0.01 * kSearches)));
    }
    EXPECT_GT(solved.at(160).first, 5 * solved.at(160).second);
    EXPECT_GT(solved.at(512).second, solved.at(256).second);
    EXPECT_LT(solved.at(512).second, kSearches / 4);
}

}  // namespace
}  // namespace retort::test

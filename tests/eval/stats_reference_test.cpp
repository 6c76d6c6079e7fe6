// Against scipy and numpy: tests/eval/reference/statistics.py wrote the values.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "eval/matched.h"
#include "eval/stats.h"
#include "stats_support.h"

namespace retort::test {
namespace {

using nlohmann::json;

// Both sides draw at random: the ends of an interval differ by this share of its width.
constexpr double kDrawing = 0.06;
constexpr BootstrapOptions kPlain{8000, 7, 0.95, false};

const json& reference() {
    static const json values = json::parse(std::ifstream(RETORT_STATISTICS_REFERENCE));
    return values;
}

std::vector<Share> shares(const json& sums, const json& of) {
    std::vector<Share> out;
    for (std::size_t i = 0; i < sums.size(); ++i) out.push_back({sums[i], of.is_null() ? 1.0 : of[i].get<double>()});
    return out;
}

void expect_interval(const std::optional<Interval>& found, const json& expected, double tolerance) {
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->lo, expected[0].get<double>(), tolerance);
    EXPECT_NEAR(found->hi, expected[1].get<double>(), tolerance);
}

double width(const json& interval) {
    return interval[1].get<double>() - interval[0].get<double>();
}

TEST(StatsReference, MeansOverProblems) {
    for (const json& row : reference().at("mean")) {
        const auto values = shares(row.at("values"), nullptr);
        expect_interval(ratio_closed_form(values)->ci, row.at("t"), 1e-9);
        const auto found = ratio(values, kShareBounds, kPlain);
        EXPECT_NEAR(found->value, row.at("mean").get<double>(), 1e-12);
        expect_interval(found->ci, row.at("bca"), kDrawing * width(row.at("bca")));
    }
}

TEST(StatsReference, RatiosOfSums) {
    for (const json& row : reference().at("ratio")) {
        const auto found = ratio(shares(row.at("sum"), row.at("of")), kShareBounds, kPlain);
        EXPECT_NEAR(found->value, row.at("ratio").get<double>(), 1e-12);
        expect_interval(found->ci, row.at("bca"), kDrawing * width(row.at("bca")));
    }
}

TEST(StatsReference, PairedDifferences) {
    for (const json& row : reference().at("paired")) {
        std::vector<Share> differences;
        for (std::size_t i = 0; i < row.at("a").size(); ++i)
            differences.push_back({row["a"][i].get<double>() - row["b"][i].get<double>(), 1});
        const auto found = ratio_closed_form(differences);
        EXPECT_NEAR(found->value, row.at("difference").get<double>(), 1e-9);
        expect_interval(found->ci, row.at("t"), 1e-9);
    }
}

TEST(StatsReference, ExactLimitsWhereAllAreRight) {
    for (const json& row : reference().at("exact")) {
        const std::vector<Share> all_right(row.at("problems").get<std::size_t>(), Share{1, 1});
        const auto found = ratio(all_right);
        ASSERT_TRUE(found && found->ci);
        EXPECT_NEAR(found->ci->lo, row.at("lo").get<double>(), 1e-9);
        EXPECT_NEAR(found->ci->hi, row.at("hi").get<double>(), 1e-9);
    }
}

TEST(StatsReference, PassAtK) {
    for (const json& row : reference().at("pass"))
        EXPECT_NEAR(pass_at_k(row.at("n"), row.at("c"), row.at("k")), row.at("pass").get<double>(), 1e-9) << row;
}

TEST(StatsReference, MajorityAgainstListingEveryDraw) {
    for (const json& row : reference().at("majority")) {
        const ProblemTable problem = problem_table(row.at("groups"), row.at("right"));
        EXPECT_NEAR(maj_at_k(problem, row.at("k")), row.at("majority").get<double>(), 1e-9) << row;
    }
}

TEST(StatsReference, ReadingBetweenPoints) {
    for (const json& row : reference().at("matched")) {
        std::vector<CurvePoint> points;
        for (std::size_t i = 0; i < row.at("budgets").size(); ++i)
            points.push_back({i, row["budgets"][i], row["accuracies"][i]});
        const auto read = read_curve(points, row.at("at"));
        ASSERT_TRUE(read);
        EXPECT_NEAR(*read, row.at("read").get<double>(), 1e-9) << row;
    }
}

}  // namespace
}  // namespace retort::test

#include "model/llama/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace retort::llama {
namespace {

std::vector<float> random_logits(std::size_t size, float spread, std::uint32_t seed = 7) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> out(size);
    for (float& value : out) value = normal(random);
    return out;
}

std::vector<double> softmax(const std::vector<float>& logits, double temperature) {
    const double highest = *std::max_element(logits.begin(), logits.end());
    std::vector<double> out;
    for (const float logit : logits) out.push_back(std::exp((logit - highest) / temperature));
    const double total = std::accumulate(out.begin(), out.end(), 0.0);
    for (double& value : out) value /= total;
    return out;
}

// Pearson's chi-squared over the tokens expected at least 5 times, the others pooled; about N(0, 1) by Wilson and
// Hilferty.
double deviation(const std::vector<double>& expected, const std::vector<int>& found, int draws) {
    double chi = 0;
    double pooled_expected = 0;
    double pooled_found = 0;
    int cells = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double mean = expected[i] * draws;
        if (mean < 5) {
            pooled_expected += mean;
            pooled_found += found[i];
            continue;
        }
        chi += (found[i] - mean) * (found[i] - mean) / mean;
        ++cells;
    }
    if (pooled_expected > 5) {
        chi += (pooled_found - pooled_expected) * (pooled_found - pooled_expected) / pooled_expected;
        ++cells;
    }
    const double k = cells - 1;
    return (std::cbrt(chi / k) - (1 - 2 / (9 * k))) / std::sqrt(2 / (9 * k));
}

std::vector<int> draw_many(const std::vector<float>& logits, const SamplingParameters& parameters, int draws) {
    Sampler sampler;
    std::vector<int> found(logits.size());
    for (int i = 0; i < draws; ++i)
        ++found[static_cast<std::size_t>(sampler.sample(logits, parameters, static_cast<std::uint64_t>(i), false).id)];
    return found;
}

TEST(Sampler, DrawsFromSoftmaxAtEachTemperature) {
    const std::vector<float> logits = random_logits(1003, 2);
    for (const double temperature : {0.5, 1.0, 1.7}) {
        const std::vector<int> found = draw_many(logits, {temperature, 1, 3}, 50000);
        EXPECT_LT(std::abs(deviation(softmax(logits, temperature), found, 50000)), 4) << temperature;
    }
}

TEST(Sampler, DrawsOverSeedsFollowSoftmaxToo) {
    const std::vector<float> logits = random_logits(300, 1.5);
    Sampler sampler;
    std::vector<int> found(logits.size());
    for (std::uint32_t seed = 0; seed < 50000; ++seed)
        ++found[static_cast<std::size_t>(sampler.sample(logits, {1, 1, seed}, 0, false).id)];
    EXPECT_LT(std::abs(deviation(softmax(logits, 1), found, 50000)), 4);
}

TEST(Sampler, TheSameSeedAndPositionGiveTheSameToken) {
    const std::vector<float> logits = random_logits(500, 1);
    Sampler one;
    Sampler other;
    for (std::uint64_t position = 0; position < 50; ++position)
        EXPECT_EQ(one.sample(logits, {1, 1, 42}, position, false).id,
                  other.sample(logits, {1, 1, 42}, position, true).id);
}

TEST(Sampler, TemperatureZeroTakesTheLowestIdAmongTheHighest) {
    std::vector<float> logits = random_logits(64, 1);
    logits[40] = logits[20] = 50;
    EXPECT_EQ(Sampler().sample(logits, {0, 1, 1}, 0, false).id, 20);
}

TEST(Sampler, LogProbabilitiesAreLogSoftmaxAtTemperatureOne) {
    const std::vector<float> logits = random_logits(777, 3);
    const std::vector<double> expected = softmax(logits, 1);
    Sampler sampler;
    for (const double temperature : {0.0, 0.7, 1.0})
        for (std::uint64_t position = 0; position < 20; ++position) {
            const SampledToken token = sampler.sample(logits, {temperature, 0.9, 5}, position, true);
            EXPECT_NEAR(token.logprob, std::log(expected[static_cast<std::size_t>(token.id)]), 1e-5);
        }
}

TEST(Sampler, TopPKeepsTheFewestLikeliestTokens) {
    const std::vector<float> logits = random_logits(400, 2);
    std::vector<double> expected = softmax(logits, 1);
    std::vector<std::size_t> order(expected.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return expected[a] > expected[b]; });
    double reached = 0;
    for (const std::size_t i : order) {
        const double p = expected[i];
        if (reached >= 0.8) expected[i] = 0;
        reached += p;
    }
    const double kept = std::accumulate(expected.begin(), expected.end(), 0.0);
    for (double& p : expected) p /= kept;
    const std::vector<int> found = draw_many(logits, {1, 0.8, 9}, 40000);
    for (std::size_t i = 0; i < found.size(); ++i)
        if (expected[i] == 0) EXPECT_EQ(found[i], 0) << i;
    EXPECT_LT(std::abs(deviation(expected, found, 40000)), 4);
}

TEST(Sampler, ATinyTopPIsGreedy) {
    const std::vector<float> logits = random_logits(100, 1);
    const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
    for (std::uint64_t position = 0; position < 20; ++position)
        EXPECT_EQ(Sampler().sample(logits, {1, 1e-9, 2}, position, false).id, best);
}

TEST(Sampler, TokensThatAreRuledOutAreNeverDrawn) {
    std::vector<float> logits(50, -std::numeric_limits<float>::infinity());
    logits[7] = 1;
    logits[49] = 1;
    const std::vector<int> found = draw_many(logits, {1, 1, 11}, 2000);
    EXPECT_EQ(found[7] + found[49], 2000);
    EXPECT_GT(found[7], 800);
    EXPECT_GT(found[49], 800);
}

TEST(Sampler, ExtremeTemperaturesAndLogitsStayInTheVocabulary) {
    std::vector<float> logits = random_logits(33, 1e4F);
    for (const double temperature : {1e-6, 1e-3, 1.0, 1e6}) {
        const SampledToken token = Sampler().sample(logits, {temperature, 1, 1}, 3, true);
        EXPECT_GE(token.id, 0);
        EXPECT_LT(token.id, 33);
        EXPECT_FALSE(std::isnan(token.logprob));
    }
}

TEST(Sampler, WhereAskedLogProbabilitiesAreThoseOfTheDistributionThatIsDrawnFrom) {
    const std::vector<float> logits = random_logits(300, 3);
    for (const double temperature : {0.0, 0.5, 1.0, 2.0}) {
        const double scale = temperature > 0 ? 1 / temperature : 1;
        double total = 0;
        for (const float logit : logits) total += std::exp(static_cast<double>(logit) * scale);
        const SampledToken token = Sampler().sample(logits, {temperature, 0.9, 3, true}, 1, true);
        const double logit = logits[static_cast<std::size_t>(token.id)];
        EXPECT_NEAR(token.logprob, logit * scale - std::log(total), 1e-5) << temperature;
    }
}

TEST(Uniform, FillsTheUnitInterval) {
    double sum = 0;
    for (std::uint64_t position = 0; position < 100000; ++position) {
        const double u = uniform(5, position);
        ASSERT_GE(u, 0);
        ASSERT_LT(u, 1);
        sum += u;
    }
    EXPECT_NEAR(sum / 100000, 0.5, 0.005);
}

}  // namespace
}  // namespace retort::llama

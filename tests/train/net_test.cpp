#include "train/net/net.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "train/tiny_net.h"

namespace retort::train {
namespace {

using ::testing::FloatNear;
using ::testing::Pointwise;
using testing::random_tokens;
using testing::random_weights;
using testing::tiny_shape;

Pack pack_of(const std::vector<std::vector<std::int32_t>>& sequences) {
    Pack out;
    for (const auto& sequence : sequences) {
        out.tokens.insert(out.tokens.end(), sequence.begin(), sequence.end());
        out.lengths.push_back(static_cast<std::int32_t>(sequence.size()));
        for (std::size_t i = 0; i < sequence.size(); ++i) out.wanted.push_back(i > 0);
    }
    return out;
}

std::vector<std::vector<std::int32_t>> some_sequences(const NetShape& shape) {
    std::vector<std::vector<std::int32_t>> out;
    for (const std::size_t length : {7, 3, 12, 7, 2})
        out.push_back(random_tokens(length, shape.vocabulary, static_cast<unsigned>(length + out.size())));
    return out;
}

// sum_t c_t log pi_t with c_t = 1, 1/2, 1/3, ...
std::vector<float> harmonic(std::size_t first, std::size_t count) {
    std::vector<float> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(1.0F / static_cast<float>(first + i + 1));
    return out;
}

double objective(const Net& net, const Pack& pack, double temperature) {
    const TokenScores scores = net.score(pack, temperature);
    const std::vector<float> weights = harmonic(0, scores.logprobs.size());
    double out = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        out += static_cast<double>(weights[i]) * static_cast<double>(scores.logprobs[i]);
    return out;
}

void gather(Net& net, const Pack& pack, double temperature = 1) {
    net.accumulate(
        pack, [](std::size_t first, const TokenScores& scores) { return harmonic(first, scores.logprobs.size()); },
        temperature);
}

class NetTied : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(OutputMatrix, NetTied, ::testing::Bool());

TEST_P(NetTied, GradientsAgreeWithFiniteDifferencesForEveryTensor) {
    const NetShape shape = tiny_shape(GetParam());
    std::vector<NamedTensor> weights = random_weights(shape, 1);
    const Pack pack = pack_of(some_sequences(shape));
    for (const double temperature : {1.0, 0.7}) {
        Net net(shape, weights, {"cpu", 1});
        gather(net, pack, temperature);
        const std::vector<NamedTensor> gradients = net.gradients();
        for (std::size_t t = 0; t < weights.size(); ++t) {
            // Along a direction of all entries of the tensor, alternating in sign and size.
            double along = 0;
            const auto direction = [](std::size_t i) { return (i % 2 == 0 ? 1.0 : -1.0) / (1.0 + double(i % 7)); };
            for (std::size_t i = 0; i < gradients[t].values.size(); ++i)
                along -= static_cast<double>(gradients[t].values[i]) * direction(i);
            const auto moved = [&](double step) {
                std::vector<NamedTensor> out = weights;
                for (std::size_t i = 0; i < out[t].values.size(); ++i)
                    out[t].values[i] += static_cast<float>(step * direction(i));
                return objective(Net(shape, out, {"cpu", 1}), pack, temperature);
            };
            double length = 0;
            for (std::size_t i = 0; i < weights[t].values.size(); ++i) length += direction(i) * direction(i);
            const double step = 0.005 / std::sqrt(length);
            const double slope =
                (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
            EXPECT_NEAR(along, slope, 5e-3 * std::max(0.1, std::abs(slope))) << weights[t].name;
        }
    }
}

TEST(Net, SequencesOfAPackDoNotSeeEachOther) {
    const NetShape shape = tiny_shape();
    const Net net(shape, random_weights(shape, 2), {"cpu", 1});
    const auto sequences = some_sequences(shape);
    std::vector<float> alone;
    for (const auto& sequence : sequences) {
        const TokenScores scores = net.score(pack_of({sequence}));
        alone.insert(alone.end(), scores.logprobs.begin(), scores.logprobs.end());
    }
    EXPECT_THAT(net.score(pack_of(sequences)).logprobs, Pointwise(FloatNear(2e-6F), alone));
}

TEST(Net, TheOrderOfSequencesInAPackChangesNoGradient) {
    const NetShape shape = tiny_shape();
    auto sequences = some_sequences(shape);
    Net one(shape, random_weights(shape, 3), {"cpu", 1});
    Net other(shape, random_weights(shape, 3), {"cpu", 1});
    const auto alike = [](std::size_t, const TokenScores& scores) {
        return std::vector<float>(scores.logprobs.size(), 0.1F);
    };
    one.accumulate(pack_of(sequences), alike);
    std::reverse(sequences.begin(), sequences.end());
    other.accumulate(pack_of(sequences), alike);
    const auto a = one.gradients();
    const auto b = other.gradients();
    for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_THAT(a[i].values, Pointwise(FloatNear(2e-6F), b[i].values)) << a[i].name;
}

TEST(Net, APackThatIsCutForMemoryGivesTheSameGradient) {
    const NetShape shape = tiny_shape();
    const auto sequences = some_sequences(shape);
    Net whole(shape, random_weights(shape, 4), {"cpu", 1});
    Net cut(shape, random_weights(shape, 4), {"cpu", 1, 10});
    gather(whole, pack_of(sequences));
    gather(cut, pack_of(sequences));
    const auto a = whole.gradients();
    const auto b = cut.gradients();
    for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_THAT(a[i].values, Pointwise(FloatNear(2e-6F), b[i].values)) << a[i].name;
}

TEST(Net, TokensThatAreNotWantedGetNoGradientOfTheirOwn) {
    const NetShape shape = tiny_shape();
    Net net(shape, random_weights(shape, 5), {"cpu", 1});
    Pack pack = pack_of({random_tokens(9, shape.vocabulary, 6)});
    std::fill(pack.wanted.begin(), pack.wanted.end(), 0);
    std::size_t asked = 0;
    net.accumulate(pack, [&](std::size_t, const TokenScores& scores) {
        asked += scores.logprobs.size();
        return std::vector<float>(scores.logprobs.size(), 1);
    });
    EXPECT_EQ(asked, 0U);
    for (const NamedTensor& tensor : net.gradients())
        EXPECT_TRUE(std::all_of(tensor.values.begin(), tensor.values.end(), [](float v) { return v == 0; }));
}

TEST(Net, EntropiesAreThoseOfTheDistribution) {
    NetShape shape = tiny_shape();
    std::vector<NamedTensor> weights = random_weights(shape, 7);
    for (float& value : weights.back().values) value = 0;  // the output matrix: every token is equally likely
    const TokenScores scores = Net(shape, weights, {"cpu", 1}).score(pack_of({random_tokens(5, shape.vocabulary, 8)}));
    for (const float entropy : scores.entropies) EXPECT_NEAR(entropy, std::log(19.0), 1e-5);
    for (const float logprob : scores.logprobs) EXPECT_NEAR(logprob, -std::log(19.0), 1e-5);
}

TEST(Net, StepsRaiseTheObjectiveAndCanBeTakenUpAgain) {
    const NetShape shape = tiny_shape();
    const Pack pack = pack_of(some_sequences(shape));
    Net net(shape, random_weights(shape, 9), {"cpu", 1});
    const double before = objective(net, pack, 1);
    const AdamW settings{.lr = 1e-2};
    const auto make_step = [&](Net& n) {
        gather(n, pack);
        return n.step(settings);
    };
    for (int i = 0; i < 10; ++i) EXPECT_GT(make_step(net), 0);
    EXPECT_GT(objective(net, pack, 1), before);

    Net resumed(shape, net.weights(), {"cpu", 1});
    resumed.set_optimiser(net.optimiser());
    make_step(net);
    make_step(resumed);
    const auto a = net.weights();
    const auto b = resumed.weights();
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].values, b[i].values) << a[i].name;
}

TEST(Net, AGradientThatIsNoNumberChangesNothing) {
    const NetShape shape = tiny_shape();
    Net net(shape, random_weights(shape, 10), {"cpu", 1});
    const auto before = net.weights();
    net.accumulate(pack_of(some_sequences(shape)), [](std::size_t, const TokenScores& scores) {
        return std::vector<float>(scores.logprobs.size(), NAN);
    });
    EXPECT_FALSE(std::isfinite(net.step({})));
    const auto after = net.weights();
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].values, after[i].values);
    EXPECT_EQ(net.optimiser().steps, 0);
}

TEST(Net, WeightsOfAnotherModelAreRefused) {
    const NetShape shape = tiny_shape();
    NetShape wider = shape;
    wider.width = 16;
    EXPECT_ANY_THROW(Net(wider, random_weights(shape, 11), {"cpu", 1}));
}

}  // namespace
}  // namespace retort::train

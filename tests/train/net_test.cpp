#include "train/net/net.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <tuple>

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

// |a - b| / |b| of each tensor.
void expect_close(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b, double most) {
    for (std::size_t i = 0; i < b.size(); ++i) {
        double apart = 0;
        double size = 0;
        for (std::size_t k = 0; k < b[i].values.size(); ++k) {
            const double value = b[i].values[k];
            apart += (a[i].values[k] - value) * (a[i].values[k] - value);
            size += value * value;
        }
        EXPECT_LT(std::sqrt(apart / size), most) << b[i].name;
    }
}

class NetOn : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Device, NetOn, ::testing::ValuesIn(testing::devices()));

class NetTied : public ::testing::TestWithParam<std::tuple<const char*, bool>> {};
INSTANTIATE_TEST_SUITE_P(DeviceAndOutputMatrix, NetTied,
                         ::testing::Combine(::testing::ValuesIn(testing::devices()), ::testing::Bool()));

TEST_P(NetTied, GradientsAgreeWithFiniteDifferencesForEveryTensor) {
    const char* device = std::get<0>(GetParam());
    const NetShape shape = tiny_shape(std::get<1>(GetParam()));
    std::vector<NamedTensor> weights = random_weights(shape, 1);
    const Pack pack = pack_of(some_sequences(shape));
    for (const double temperature : {1.0, 0.7}) {
        Net net(shape, weights, {device, 1});
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
                return objective(Net(shape, out, {device, 1}), pack, temperature);
            };
            double length = 0;
            for (std::size_t i = 0; i < weights[t].values.size(); ++i) length += direction(i) * direction(i);
            const double step = 0.005 / std::sqrt(length);
            const double slope =
                (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
            EXPECT_NEAR(along, slope, 5e-3 * std::max(0.4, std::abs(slope))) << weights[t].name;
        }
    }
}

TEST_P(NetOn, SequencesOfAPackDoNotSeeEachOther) {
    const NetShape shape = tiny_shape();
    const Net net(shape, random_weights(shape, 2), {GetParam(), 1});
    const auto sequences = some_sequences(shape);
    std::vector<float> alone;
    for (const auto& sequence : sequences) {
        const TokenScores scores = net.score(pack_of({sequence}));
        alone.insert(alone.end(), scores.logprobs.begin(), scores.logprobs.end());
    }
    EXPECT_THAT(net.score(pack_of(sequences)).logprobs, Pointwise(FloatNear(2e-6F), alone));
}

TEST_P(NetOn, TheOrderOfSequencesInAPackChangesNoGradient) {
    const NetShape shape = tiny_shape();
    auto sequences = some_sequences(shape);
    Net one(shape, random_weights(shape, 3), {GetParam(), 1});
    Net other(shape, random_weights(shape, 3), {GetParam(), 1});
    const auto alike = [](std::size_t, const TokenScores& scores) {
        return std::vector<float>(scores.logprobs.size(), 0.1F);
    };
    one.accumulate(pack_of(sequences), alike);
    std::reverse(sequences.begin(), sequences.end());
    other.accumulate(pack_of(sequences), alike);
    expect_close(one.gradients(), other.gradients(), 5e-6);
}

TEST_P(NetOn, APackThatIsCutForMemoryGivesTheSameGradient) {
    const NetShape shape = tiny_shape();
    const auto sequences = some_sequences(shape);
    Net whole(shape, random_weights(shape, 4), {GetParam(), 1});
    Net cut(shape, random_weights(shape, 4), {GetParam(), 1, 10});
    gather(whole, pack_of(sequences));
    gather(cut, pack_of(sequences));
    expect_close(whole.gradients(), cut.gradients(), 5e-6);
}

TEST_P(NetOn, TokensThatAreNotWantedGetNoGradientOfTheirOwn) {
    const NetShape shape = tiny_shape();
    Net net(shape, random_weights(shape, 5), {GetParam(), 1});
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

TEST_P(NetOn, EntropiesAreThoseOfTheDistribution) {
    NetShape shape = tiny_shape();
    std::vector<NamedTensor> weights = random_weights(shape, 7);
    for (float& value : weights.back().values) value = 0;  // the output matrix: every token is equally likely
    const TokenScores scores =
        Net(shape, weights, {GetParam(), 1}).score(pack_of({random_tokens(5, shape.vocabulary, 8)}));
    for (const float entropy : scores.entropies) EXPECT_NEAR(entropy, std::log(19.0), 1e-5);
    for (const float logprob : scores.logprobs) EXPECT_NEAR(logprob, -std::log(19.0), 1e-5);
}

TEST_P(NetOn, StepsRaiseTheObjectiveAndCanBeTakenUpAgain) {
    const NetShape shape = tiny_shape();
    const Pack pack = pack_of(some_sequences(shape));
    Net net(shape, random_weights(shape, 9), {GetParam(), 1});
    const double before = objective(net, pack, 1);
    const AdamW settings{.lr = 1e-2};
    const auto make_step = [&](Net& n) {
        gather(n, pack);
        return n.step(settings);
    };
    for (int i = 0; i < 10; ++i) EXPECT_GT(make_step(net), 0);
    EXPECT_GT(objective(net, pack, 1), before);

    Net resumed(shape, net.weights(), {GetParam(), 1});
    resumed.set_optimiser(net.optimiser());
    make_step(net);
    make_step(resumed);
    const auto a = net.weights();
    const auto b = resumed.weights();
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].values, b[i].values) << a[i].name;
}

TEST_P(NetOn, AGradientThatIsNoNumberChangesNothing) {
    const NetShape shape = tiny_shape();
    Net net(shape, random_weights(shape, 10), {GetParam(), 1});
    const auto before = net.weights();
    net.accumulate(pack_of(some_sequences(shape)), [](std::size_t, const TokenScores& scores) {
        return std::vector<float>(scores.logprobs.size(), NAN);
    });
    EXPECT_FALSE(std::isfinite(net.step({})));
    const auto after = net.weights();
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].values, after[i].values);
    EXPECT_EQ(net.optimiser().steps, 0);
}

TEST_P(NetOn, WeightsOfAnotherModelAreRefused) {
    const NetShape shape = tiny_shape();
    NetShape wider = shape;
    wider.width = 16;
    EXPECT_ANY_THROW(Net(wider, random_weights(shape, 11), {GetParam(), 1}));
}

// Heads that share keys, a head as wide as a vector register and one that is not, several tiles, blocks of queries that
// end within a sequence, a vocabulary whose logits are computed in stretches: all as by composed operations.
TEST(Net, OwnKernelsGiveWhatLibTorchGives) {
    if (testing::devices().size() < 2) GTEST_SKIP() << "built without LibTorch";
    for (const int head_width : {4, 24, 32}) {
        for (const int vocabulary : {300, 5000}) {
            NetShape shape = tiny_shape();
            shape.head_width = head_width;
            shape.width = 40;
            shape.vocabulary = vocabulary;
            shape.context = 256;
            const auto weights = random_weights(shape, 12, 0.15F);
            std::vector<std::vector<std::int32_t>> sequences;
            for (const std::size_t length : {200, 63, 64, 65, 130, 1, 2, 150})
                sequences.push_back(random_tokens(length, vocabulary, static_cast<unsigned>(length)));
            Net own(shape, weights, {"cpu", 2});
            Net composed(shape, weights, {"torch", 1});
            gather(own, pack_of(sequences), 0.7);
            gather(composed, pack_of(sequences), 0.7);
            const TokenScores a = own.score(pack_of(sequences), 0.7);
            const TokenScores b = composed.score(pack_of(sequences), 0.7);
            EXPECT_THAT(a.logprobs, Pointwise(FloatNear(5e-5F), b.logprobs));
            EXPECT_THAT(a.entropies, Pointwise(FloatNear(5e-5F), b.entropies));
            expect_close(own.gradients(), composed.gradients(), 2e-5);
            EXPECT_NEAR(own.step({}), composed.step({}), 1e-4);
            const auto own_weights = own.weights();
            const auto stepped = composed.weights();
            for (std::size_t i = 0; i < stepped.size(); ++i)
                EXPECT_THAT(own_weights[i].values, Pointwise(FloatNear(2.1e-3F), stepped[i].values));
        }
    }
}

TEST(Net, TheSameWorkOnAsManyThreadsGivesTheSameBits) {
    const NetShape shape = tiny_shape();
    std::vector<std::vector<std::int32_t>> sequences;
    for (unsigned i = 0; i < 40; ++i) sequences.push_back(random_tokens(2 + i % 90, shape.vocabulary, i));
    const auto gradients = [&] {
        Net net(shape, random_weights(shape, 13), {"cpu", 3, 64});
        gather(net, pack_of(sequences));
        return net.gradients();
    };
    const auto first = gradients();
    for (int again = 0; again < 3; ++again) {
        const auto other = gradients();
        for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].values, other[i].values);
    }
}

TEST(Net, WhatTheCoefficientsThrowArrives) {
    const NetShape shape = tiny_shape();
    Net net(shape, random_weights(shape, 14), {"cpu", 2, 16});
    const Coefficients fails = [](std::size_t first, const TokenScores& scores) -> std::vector<float> {
        if (first > 0) throw std::runtime_error("no");
        return std::vector<float>(scores.logprobs.size(), 1);
    };
    std::vector<std::vector<std::int32_t>> sequences(20, random_tokens(9, shape.vocabulary, 15));
    try {
        net.accumulate(pack_of(sequences), fails);
        ADD_FAILURE() << "it threw";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "no");  // not what the thread that waited for its turn found
    }
    net.drop_gradient();
    gather(net, pack_of(sequences));
    EXPECT_GT(net.step({}), 0);
}

}  // namespace
}  // namespace retort::train

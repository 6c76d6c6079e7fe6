#include "train/net/decoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "train/tiny_net.h"

namespace retort::train {
namespace {

using testing::random_tokens;
using testing::random_weights;
using testing::tiny_shape;

double logprob(const float* logits, std::int64_t vocabulary, std::int32_t token) {
    double total = 0;
    for (std::int64_t i = 0; i < vocabulary; ++i) total += std::exp(static_cast<double>(logits[i]));
    return static_cast<double>(logits[token]) - std::log(total);
}

TokenScores scores_of(const Net& net, const std::vector<std::int32_t>& sequence) {
    Pack pack{sequence, {static_cast<std::int32_t>(sequence.size())}, std::vector<std::uint8_t>(sequence.size(), 1)};
    pack.wanted[0] = 0;
    return net.score(pack);
}

class DecoderOn : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Device, DecoderOn, ::testing::ValuesIn(testing::devices()));

// Writes known sequences from their first tokens on, and compares what is said of each next token.
void expect_scores(const Net& net, const std::vector<std::vector<std::int32_t>>& sequences,
                   const std::vector<std::size_t>& prompts) {
    std::vector<std::vector<std::int32_t>> begun;
    std::vector<TokenScores> expected;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        begun.emplace_back(sequences[i].begin(), sequences[i].begin() + static_cast<std::ptrdiff_t>(prompts[i]));
        expected.push_back(scores_of(net, sequences[i]));
    }
    std::vector<std::size_t> places = prompts;
    Decoder decoder(net);
    decoder.write(begun, [&](std::size_t i, const float* logits) -> std::optional<std::int32_t> {
        const std::size_t place = places[i]++;
        if (place == sequences[i].size()) return std::nullopt;
        const std::int32_t token = sequences[i][place];
        EXPECT_NEAR(logprob(logits, net.shape().vocabulary, token), expected[i].logprobs[place - 1], 1e-5)
            << "sequence " << i << ", token " << place;
        return token;
    });
    for (std::size_t i = 0; i < sequences.size(); ++i) EXPECT_EQ(places[i], sequences[i].size() + 1) << i;
}

// Sequences that begin alike or not, that end at different times, and are longer than the cache's first room.
TEST_P(DecoderOn, GivesTheLogProbabilitiesThatTrainingSees) {
    const NetShape shape = tiny_shape();
    const Net net(shape, random_weights(shape, 1), {GetParam(), 1});
    std::vector<std::vector<std::int32_t>> sequences;
    for (const std::size_t length : {100, 20, 90, 70})
        sequences.push_back(random_tokens(length, shape.vocabulary, static_cast<unsigned>(length)));
    std::copy_n(sequences[0].begin(), 5, sequences[1].begin());
    expect_scores(net, sequences, {5, 5, 9, 1});
}

// More than are under way at once, on two threads, of a model whose heads are as wide as a real one's.
TEST_P(DecoderOn, WritesManySequences) {
    NetShape shape = tiny_shape();
    shape.head_width = 24;
    const Net net(shape, random_weights(shape, 2, 0.2F), {GetParam(), 2});
    std::vector<std::vector<std::int32_t>> sequences;
    std::vector<std::size_t> prompts;
    for (unsigned i = 0; i < 150; ++i) {
        prompts.push_back(1 + i / 3 % 7);
        sequences.push_back(random_tokens(prompts.back() + i % 67, shape.vocabulary, i));
        if (i % 3 != 0) std::copy_n(sequences[i - 1].begin(), prompts.back(), sequences[i].begin());
    }
    expect_scores(net, sequences, prompts);
}

TEST_P(DecoderOn, FollowsTheNetsWeights) {
    const NetShape shape = tiny_shape();
    Net net(shape, random_weights(shape, 2), {GetParam(), 1});
    Decoder decoder(net);
    const auto first_logit = [&] {
        float out = 0;
        decoder.write({random_tokens(4, shape.vocabulary, 3)}, [&](std::size_t, const float* logits) {
            out = logits[0];
            return std::optional<std::int32_t>();
        });
        return out;
    };
    const float before = first_logit();
    net.set_weights(random_weights(shape, 4));
    EXPECT_NE(first_logit(), before);
}

TEST_P(DecoderOn, ASequenceBeyondTheContextIsAnError) {
    const NetShape shape = tiny_shape();
    const Net net(shape, random_weights(shape, 5), {GetParam(), 1});
    Decoder decoder(net);
    const auto for_ever = [](std::size_t, const float*) { return std::optional<std::int32_t>(1); };
    EXPECT_ANY_THROW(decoder.write({random_tokens(128, shape.vocabulary, 6)}, for_ever));
}

TEST_P(DecoderOn, WhatTheChooserThrowsArrives) {
    const NetShape shape = tiny_shape();
    const Net net(shape, random_weights(shape, 5), {GetParam(), 2});
    Decoder decoder(net);
    const auto fails = [](std::size_t, const float*) -> std::optional<std::int32_t> { throw std::runtime_error("no"); };
    EXPECT_THROW(decoder.write({{1, 2}, {3}}, fails), std::runtime_error);
    expect_scores(net, {random_tokens(9, shape.vocabulary, 7)}, {2});
}

}  // namespace
}  // namespace retort::train

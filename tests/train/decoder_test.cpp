#include "train/net/decoder.h"

#include <gtest/gtest.h>

#include <cmath>

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

// Sequences that begin alike or not, that end at different times, and are longer than the cache's first room.
TEST(Decoder, GivesTheLogProbabilitiesThatTrainingSees) {
    const NetShape shape = tiny_shape();
    const Net net(shape, random_weights(shape, 1), {"cpu", 1});
    const std::vector<std::size_t> prompts{5, 5, 9, 1};
    const std::vector<std::size_t> ends{100, 20, 90, 70};
    std::vector<std::vector<std::int32_t>> sequences;
    std::vector<std::vector<std::int32_t>> begun;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        sequences.push_back(random_tokens(ends[i], shape.vocabulary, static_cast<unsigned>(i)));
        if (i == 1) std::copy_n(sequences[0].begin(), 5, sequences[1].begin());
        begun.emplace_back(sequences[i].begin(), sequences[i].begin() + static_cast<std::ptrdiff_t>(prompts[i]));
    }
    Decoder decoder(net);
    Decoder::Logits logits = decoder.start(begun);
    std::vector<std::int32_t> running{0, 1, 2, 3};
    std::vector<TokenScores> expected;
    for (const auto& sequence : sequences) expected.push_back(scores_of(net, sequence));
    for (std::size_t step = 0; !running.empty(); ++step) {
        ASSERT_EQ(logits.rows, static_cast<std::int64_t>(running.size()));
        std::vector<std::int32_t> feed;
        std::vector<std::int32_t> kept;
        std::vector<std::int32_t> left;
        for (std::size_t i = 0; i < running.size(); ++i) {
            const auto which = static_cast<std::size_t>(running[i]);
            const std::size_t place = prompts[which] + step;
            const std::int32_t token = sequences[which][place];
            EXPECT_NEAR(logprob(logits.row(static_cast<std::int64_t>(i)), logits.vocabulary, token),
                        expected[which].logprobs[place - 1], 1e-5)
                << "sequence " << which << ", token " << place;
            if (place + 1 == sequences[which].size()) continue;
            feed.push_back(token);
            kept.push_back(static_cast<std::int32_t>(i));
            left.push_back(running[i]);
        }
        if (kept.size() < running.size()) decoder.keep(kept);
        running = left;
        if (!running.empty()) logits = decoder.feed(feed);
    }
}

TEST(Decoder, FollowsTheNetsWeights) {
    const NetShape shape = tiny_shape();
    Net net(shape, random_weights(shape, 2), {"cpu", 1});
    Decoder decoder(net);
    const std::vector<std::int32_t> prompt = random_tokens(4, shape.vocabulary, 3);
    const float before = decoder.start({prompt}).row(0)[0];
    net.set_weights(random_weights(shape, 4));
    EXPECT_NE(decoder.start({prompt}).row(0)[0], before);
}

TEST(Decoder, ASequenceBeyondTheContextIsAnError) {
    const NetShape shape = tiny_shape();
    const Net net(shape, random_weights(shape, 5), {"cpu", 1});
    Decoder decoder(net);
    decoder.start({random_tokens(128, shape.vocabulary, 6)});
    EXPECT_ANY_THROW(decoder.feed({1}));
}

}  // namespace
}  // namespace retort::train

#include "train/tinker/data.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>

namespace retort::train::tinker::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

void add(Pack& pack, const std::vector<std::int32_t>& tokens, const std::vector<std::uint8_t>& wanted) {
    pack.tokens.insert(pack.tokens.end(), tokens.begin(), tokens.end());
    pack.wanted.insert(pack.wanted.end(), wanted.begin(), wanted.end());
    pack.lengths.push_back(static_cast<std::int32_t>(tokens.size()));
}

Pack any_pack() {
    Pack out;
    const int sequences = *rc::gen::inRange(0, 12);
    for (int i = 0; i < sequences; ++i) {
        const auto length = static_cast<std::size_t>(*rc::gen::inRange(1, 20));
        const auto tokens = *rc::gen::container<std::vector<std::int32_t>>(length, rc::gen::inRange(0, 100));
        std::vector<std::uint8_t> wanted{0};
        while (wanted.size() < length) wanted.push_back(*rc::gen::arbitrary<bool>() ? 1 : 0);
        add(out, tokens, wanted);
    }
    return out;
}

std::vector<std::int32_t> wanted_tokens(const Pack& pack) {
    std::vector<std::int32_t> out;
    for (std::size_t i = 0; i < pack.tokens.size(); ++i)
        if (pack.wanted[i] != 0) out.push_back(pack.tokens[i]);
    return out;
}

TEST(Data, APositionPredictsTheTokenAfterIt) {
    Pack pack;
    add(pack, {5, 6, 7, 8}, {0, 0, 1, 1});
    const std::vector<Datum> data = data_of(pack);
    ASSERT_THAT(data, SizeIs(1));
    EXPECT_THAT(data[0].tokens, ElementsAre(5, 6, 7));
    EXPECT_THAT(data[0].targets, ElementsAre(6, 7, 8));
    EXPECT_THAT(data[0].mask, ElementsAre(0, 1, 1));
    EXPECT_EQ(wanted_in(data[0]), 2);
}

TEST(Data, ASequenceWithoutAWantedTokenIsNotSent) {
    Pack pack;
    add(pack, {5}, {0});
    add(pack, {5, 6}, {0, 0});
    EXPECT_THAT(data_of(pack), IsEmpty());
}

RC_GTEST_PROP(Data, WantedTokensAreTheMaskedTargetsInOrder, ()) {
    const Pack pack = any_pack();
    std::vector<std::int32_t> targets;
    for (const Datum& datum : data_of(pack)) {
        RC_ASSERT(datum.tokens.size() == datum.targets.size() && datum.tokens.size() == datum.mask.size());
        RC_ASSERT(std::equal(datum.tokens.begin() + 1, datum.tokens.end(), datum.targets.begin()));
        RC_ASSERT(wanted_in(datum) > 0);
        for (std::size_t i = 0; i < datum.mask.size(); ++i)
            if (datum.mask[i] != 0) targets.push_back(datum.targets[i]);
    }
    RC_ASSERT(targets == wanted_tokens(pack));
}

RC_GTEST_PROP(Data, PartsKeepOrderAndBounds, ()) {
    const std::vector<Datum> data = data_of(any_pack());
    const auto most = static_cast<std::int64_t>(*rc::gen::inRange(1, 60));
    std::vector<TokenId> sent;
    for (const std::vector<Datum>& part : in_parts(data, most)) {
        std::int64_t tokens = 0;
        for (const Datum& datum : part) {
            tokens += static_cast<std::int64_t>(datum.tokens.size());
            sent.insert(sent.end(), datum.tokens.begin(), datum.tokens.end());
        }
        RC_ASSERT(!part.empty());
        RC_ASSERT(tokens <= most || part.size() == 1U);
    }
    std::vector<TokenId> all;
    for (const Datum& datum : data) all.insert(all.end(), datum.tokens.begin(), datum.tokens.end());
    RC_ASSERT(sent == all);
}

TEST(Data, ARequestHasAtMost1024Data) {
    Datum datum;
    datum.tokens = {1};
    datum.targets = {2};
    datum.mask = {1};
    const auto parts = in_parts(std::vector<Datum>(2500, datum), 1000000);
    ASSERT_THAT(parts, SizeIs(3));
    EXPECT_THAT(parts[0], SizeIs(1024));
    EXPECT_THAT(parts[2], SizeIs(2500 - 2048));
}

TEST(Data, ARequestIsAsLargeAsTheServerTakesItAtTheMost) {
    Datum datum;
    datum.tokens.assign(500, 151000);
    datum.targets = datum.tokens;
    datum.mask.assign(500, 1);
    datum.logprobs.assign(500, -1.23456783e-5F);
    datum.advantages.assign(500, -9.87654321e-10F);
    constexpr std::size_t kMost = 100000;
    const auto parts = in_parts(std::vector<Datum>(20, datum), 1000000, kMost);
    ASSERT_GT(parts.size(), 1U);
    for (const auto& part : parts)
        EXPECT_LE(forward_backward_body("model_1", 7, part, Loss::importance_sampling, std::nullopt).size(), kMost);
    EXPECT_THAT(in_parts({datum, datum}, 1000000, 10), SizeIs(2)) << "one alone, however large";
}

Reply reply_of(const std::vector<Datum>& data, float first) {
    Reply out;
    for (const Datum& datum : data) {
        out.logprobs.emplace_back();
        for (std::size_t i = 0; i < datum.tokens.size(); ++i) out.logprobs.back().push_back(first--);
    }
    return out;
}

RC_GTEST_PROP(Data, ScoresAreThoseOfTheWantedTokens, ()) {
    const std::vector<Datum> data = data_of(any_pack());
    const Reply reply = reply_of(data, -1);
    std::vector<float> scores{-0.5F};
    RC_ASSERT(!take_scores(data, reply, scores));
    std::size_t next = 1;
    for (std::size_t i = 0; i < data.size(); ++i)
        for (std::size_t j = 0; j < data[i].mask.size(); ++j)
            if (data[i].mask[j] != 0) RC_ASSERT(scores.at(next++) == reply.logprobs[i][j]);
    RC_ASSERT(next == scores.size());
}

TEST(Data, AnAnswerThatDoesNotFitIsSaid) {
    Pack pack;
    add(pack, {5, 6, 7}, {0, 1, 1});
    add(pack, {5, 6}, {0, 1});
    const std::vector<Datum> data = data_of(pack);
    std::vector<float> scores;
    Reply reply = reply_of(data, -1);
    reply.logprobs.pop_back();
    EXPECT_THAT(take_scores(data, reply, scores), Optional(HasSubstr("each of 2 data, found 1")));
    reply = reply_of(data, -1);
    reply.logprobs[1].push_back(-1);
    EXPECT_THAT(take_scores(data, reply, scores), Optional(HasSubstr("datum 1: expected 1")));
    reply = reply_of(data, -1);
    reply.logprobs[0][1] = 3;
    EXPECT_THAT(take_scores(data, reply, scores), Optional(HasSubstr("datum 0: ")));
}

// The server's own arithmetic: what each wanted token's log-probability counts, the ratio being 1.
std::vector<double> counted_by_server(const std::vector<Datum>& data, Reduction reduction) {
    std::vector<double> out;
    for (const Datum& datum : data) {
        const double weights = std::accumulate(datum.mask.begin(), datum.mask.end(), 0.0);
        const double scale =
            reduction == Reduction::sum ? 1 : 1 / std::max(weights, 1e-9) / static_cast<double>(data.size());
        for (std::size_t i = 0; i < datum.mask.size(); ++i)
            if (datum.mask[i] != 0) out.push_back(scale * static_cast<double>(datum.advantages[i]));
    }
    return out;
}

RC_GTEST_PROP(Data, WhateverTheReductionEachTokenCountsItsCoefficient, ()) {
    std::vector<Datum> data = data_of(any_pack());
    std::size_t wanted = 0;
    for (const Datum& datum : data) wanted += static_cast<std::size_t>(wanted_in(datum));
    std::vector<float> coefficients;
    std::vector<float> logprobs;
    for (std::size_t i = 0; i < wanted; ++i) {
        coefficients.push_back(static_cast<float>(*rc::gen::inRange(-1000000, 1000000)) * 1e-7F);
        logprobs.push_back(-static_cast<float>(i));
    }
    for (const Reduction reduction : {Reduction::sum, Reduction::seq_mean}) {
        set_coefficients(data, logprobs, coefficients, reduction);
        const std::vector<double> counted = counted_by_server(data, reduction);
        RC_ASSERT(counted.size() == wanted);
        std::size_t next = 0;
        for (const Datum& datum : data)
            for (std::size_t j = 0; j < datum.mask.size(); ++j) {
                if (datum.mask[j] == 0) {
                    RC_ASSERT(datum.advantages[j] == 0 && datum.logprobs[j] == 0);
                    continue;
                }
                const auto expected = static_cast<double>(coefficients[next]);
                RC_ASSERT(std::abs(counted[next] - expected) <= std::abs(expected) * 1e-7);
                RC_ASSERT(datum.logprobs[j] == logprobs[next]);
                ++next;
            }
    }
}

}  // namespace
}  // namespace retort::train::tinker::test

#include "train/run/sft.h"

#include <gmock/gmock.h>

#include <numeric>

#include "train/trainee.h"

namespace retort::train::test {
namespace {

using ::testing::HasSubstr;

TEST(SftBatch, IsTheSameForASeedAndGoesOnWhereTheLastOneEnded) {
    const Trainee trainee;
    const auto draw = [&](std::uint64_t first, std::int64_t tokens) {
        return draw_examples(*trainee.teacher, *trainee.model.tokenizer, 3, first, tokens, 0.5, 512).value();
    };
    const SftBatch both = draw(0, 4000);
    const SftBatch first = draw(0, 1500);
    ASSERT_LT(first.examples, both.examples);
    const SftBatch rest = draw(static_cast<std::uint64_t>(first.examples), 500);
    std::vector<TokenId> joined = first.pack.tokens;
    joined.insert(joined.end(), rest.pack.tokens.begin(), rest.pack.tokens.end());
    ASSERT_LE(joined.size(), both.pack.tokens.size());
    EXPECT_TRUE(std::equal(joined.begin(), joined.end(), both.pack.tokens.begin()));
}

TEST(SftBatch, HoldsWholeExamplesWithinTheContextAndWantsNoFirstToken) {
    const Trainee trainee;
    for (const std::int64_t context : {512, 120}) {
        const SftBatch batch =
            draw_examples(*trainee.teacher, *trainee.model.tokenizer, 3, 0, 5000, 0.5, context).value();
        EXPECT_GE(batch.pack.tokens.size(), 5000U);
        std::size_t begin = 0;
        for (const std::int32_t length : batch.pack.lengths) {
            EXPECT_LE(length, context);
            EXPECT_EQ(batch.pack.wanted[begin], 0);
            begin += static_cast<std::size_t>(length);
        }
        EXPECT_EQ(begin, batch.pack.tokens.size());
        EXPECT_EQ(std::accumulate(batch.pack.wanted.begin(), batch.pack.wanted.end(), std::size_t{0}),
                  batch.kind_of.size());
    }
}

TEST(SftBatch, WhereNoExampleFitsTheContextItIsSaid) {
    const Trainee trainee;
    const auto batch = draw_examples(*trainee.teacher, *trainee.model.tokenizer, 3, 0, 100, 0.5, 1);
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error().kind, ErrorKind::usage);
    EXPECT_THAT(batch.error().message, HasSubstr("fits the model's context of 1 tokens"));
}

TEST(SftStep, MakesTheExamplesLikelier) {
    Trainee trainee(1);
    const SftBatch batch = draw_examples(*trainee.teacher, *trainee.model.tokenizer, 3, 0, 1500, 0, 512).value();
    const double before = sft_step(trainee.net, batch, {.lr = 1e-2}).loss;
    for (int i = 0; i < 3; ++i) sft_step(trainee.net, batch, {.lr = 1e-2});
    const SftStep after = sft_step(trainee.net, batch, {.lr = 1e-2});
    EXPECT_LT(after.loss, 0.9 * before);
    EXPECT_EQ(after.learnt, static_cast<std::int64_t>(batch.kind_of.size()));
    EXPECT_EQ(after.loss_of.size(), batch.kinds.size());
}

std::vector<float> embedding(const std::vector<NamedTensor>& tensors, std::size_t token, std::size_t width) {
    const auto begin = tensors.front().values.begin() + static_cast<std::ptrdiff_t>(token * width);
    return {begin, begin + static_cast<std::ptrdiff_t>(width)};
}

TEST(InitialWeights, AMarkAddsTheSameToAllItsWordsAndNumbersStayComparable) {
    NetShape shape{6, 16, 1, 2, 2, 8, 24, 32};
    const std::vector<std::string> words{"a5", "A5", "b5", "a6", "b6", "5"};
    const WordTraits traits{{{"a5", 5}, {"A5", 5}, {"b5", 5}, {"a6", 6}, {"b6", 6}, {"5", 5}},
                            {{"a5", {"a"}}, {"A5", {"a"}}, {"b5", {"b"}}, {"a6", {"a"}}, {"b6", {"b"}}}};
    const auto tensors = initial_weights(shape, 1, traits, words);
    const auto row = [&](std::size_t token) { return embedding(tensors, token, 16); };
    EXPECT_EQ(row(0), row(1));
    EXPECT_NE(row(0), row(2));
    EXPECT_NE(row(0), row(5));
    for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(row(0)[i] - row(2)[i], row(3)[i] - row(4)[i], 1e-5);
    const auto plain = initial_weights(shape, 1, {traits.numbers, {}}, words);
    EXPECT_EQ(embedding(plain, 5, 16), row(5));
    EXPECT_EQ(embedding(plain, 0, 16), row(5));
}

}  // namespace
}  // namespace retort::train::test

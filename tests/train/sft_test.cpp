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

}  // namespace
}  // namespace retort::train::test

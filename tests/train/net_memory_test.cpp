#include "train/net/net_memory.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <stdexcept>

#include "train/net/decoder.h"
#include "train/tiny_net.h"

namespace retort::train {
namespace {

using testing::random_tokens;
using testing::random_weights;

constexpr std::int64_t kFloat = sizeof(float);

NetShape shape_of(int layers) {
    NetShape out;
    out.vocabulary = 256;
    out.width = 96;
    out.layers = layers;
    out.heads = 4;
    out.kv_heads = 2;
    out.head_width = 24;
    out.feed_forward = 256;
    out.context = 1024;
    return out;
}

std::int64_t bytes(const NetShape& shape, int threads, const NetDemand& demand, std::int64_t pack_tokens = 4096) {
    return net_bytes(shape, {"cpu", threads, pack_tokens}, demand);
}

class NetMemory : public ::testing::Test {
  protected:
    void SetUp() override {
        if (net_libraries().find("oneDNN") == std::string::npos) GTEST_SKIP() << "built without own kernels";
    }
};

TEST_F(NetMemory, OfANetThatDoesNothingIsItsWeightsMomentsGradientsAndTheDecodersCopy) {
    const NetShape shape = shape_of(3);
    EXPECT_EQ(bytes(shape, 1, {}), 5 * kFloat * parameters_of(shape));
    EXPECT_EQ(bytes(shape, 4, {}), 8 * kFloat * parameters_of(shape));
}

TEST_F(NetMemory, OfLearningGrowsWithTheTileAndNotWithThePack) {
    const NetShape shape = shape_of(3);
    const std::int64_t tile = bytes(shape, 1, {4096, 100}) - bytes(shape, 1, {});
    EXPECT_EQ(bytes(shape, 1, {100000, 100}, 100000) - bytes(shape, 1, {}), tile);
    EXPECT_GT(bytes(shape, 1, {4096, 1024}) - bytes(shape, 1, {}), 3 * tile / 2);
    EXPECT_LT(bytes(shape, 1, {128, 100}) - bytes(shape, 1, {}), tile / 2);
    const std::int64_t gradient = kFloat * parameters_of(shape);
    EXPECT_EQ(bytes(shape, 3, {4096, 100}) - bytes(shape, 3, {}), 3 * tile);
    EXPECT_EQ(bytes(shape, 3, {}) - bytes(shape, 2, {}), gradient);
}

TEST_F(NetMemory, OfWritingIsBoundByWhatIsUnderWayAtATime) {
    const NetShape shape = shape_of(3);
    const auto writing = [&](std::int64_t sequences, std::int64_t whole) {
        return bytes(shape, 1, {0, 0, sequences, 32, whole}) - bytes(shape, 1, {});
    };
    EXPECT_LT(writing(4, 256), writing(8, 256));
    EXPECT_EQ(writing(500, 256), writing(1000, 256));
    EXPECT_GT(writing(500, 1000), 2 * writing(500, 256));
}

TEST(NetMemoryOfLibTorch, GrowsWithThePackAndWithAllThatIsWritten) {
    const NetOptions options{"torch", 1, 4096};
    if (net_libraries().find("LibTorch") == std::string::npos) {
        EXPECT_THROW(net_bytes(shape_of(3), options, {}), std::invalid_argument);
        GTEST_SKIP() << "built without LibTorch";
    }
    const auto of = [&](const NetDemand& demand) { return net_bytes(shape_of(3), options, demand); };
    EXPECT_GT(of({4096, 100}) - of({}), 3 * (of({1024, 100}) - of({})));
    EXPECT_EQ(of({9000, 100}), of({4096, 100}));
    EXPECT_NEAR(static_cast<double>(of({0, 0, 512, 32, 256, 16384, 131072}) - of({})),
                2 * static_cast<double>(of({0, 0, 256, 32, 256, 8192, 65536}) - of({})), 1e6);
    EXPECT_TRUE(computes_in_process(options));
    EXPECT_FALSE(computes_in_process({"cuda:1"}));
}

// What the allocator has given out. None under sanitizers, whose allocators are their own.
std::size_t given_out() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

Pack pack_of(const NetShape& shape, std::int32_t length, std::size_t sequences) {
    Pack out;
    out.tokens = random_tokens(static_cast<std::size_t>(length) * sequences, shape.vocabulary, 1);
    out.lengths.assign(sequences, length);
    out.wanted.assign(out.tokens.size(), 1);
    for (std::size_t i = 0; i < out.tokens.size(); i += static_cast<std::size_t>(length)) out.wanted[i] = 0;
    return out;
}

TEST_F(NetMemory, IsWhatANetHoldsThatHasLearntAndWritten) {
    const NetShape shape = shape_of(4);
    const auto weights = random_weights(shape, 1, 0.05F);
    for (const int threads : {1, 2}) {
        const std::size_t before = given_out();
        if (before == 0) GTEST_SKIP() << "the allocator does not say what it gave out";
        Net net(shape, weights, {"cpu", threads});
        net.accumulate(pack_of(shape, 256, 16), [](std::size_t, const TokenScores& scores) {
            return std::vector<float>(scores.logprobs.size(), 1.0F);
        });
        Decoder decoder(net);
        std::vector<std::vector<std::int32_t>> prompts;
        for (unsigned i = 0; i < 32; ++i) prompts.push_back(random_tokens(32, shape.vocabulary, i));
        std::vector<int> written(prompts.size(), 0);
        decoder.write(prompts, [&](std::size_t i, const float*) -> std::optional<std::int32_t> {
            if (++written[i] == 224) return std::nullopt;
            return 1;
        });
        const auto held = static_cast<double>(given_out() - before);
        const auto said = static_cast<double>(bytes(shape, threads, {4096, 256, 32, 32, 256}));
        EXPECT_NEAR(held / said, 1, 0.15) << threads << " threads: " << held << " bytes, " << said << " said";
    }
}

}  // namespace
}  // namespace retort::train

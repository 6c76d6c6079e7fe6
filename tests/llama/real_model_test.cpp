// Against a real model: RETORT_TEST_MODEL names a GGUF. An F32 one allows the comparison of batched with unbatched
// runs; quantised weights quantise activations too, so that batches of different sizes give slightly different numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "llama/model_bench.h"
#include "model/llama/model_info.h"

namespace retort {
namespace {

using namespace testing;

class RealModel : public ::testing::Test {
  protected:
    void SetUp() override {
        const char* path = std::getenv("RETORT_TEST_MODEL");
        if (path == nullptr) GTEST_SKIP() << "set RETORT_TEST_MODEL to a GGUF file to run this";
        options_.path = path;
        options_.kv_type = KvType::f32;
    }

    static CompletionRequest request(std::int64_t tokens, std::uint32_t seed) {
        std::string text = "Here are numbers to think about.";
        for (int i = 0; i < 20; ++i) text += " " + std::to_string(i * i) + ",";
        CompletionRequest out;
        out.prompt = std::make_shared<const std::vector<Message>>(std::vector<Message>{
            {"system", "You answer in one sentence."}, {"user", text + " Which of them is prime?"}});
        out.max_answer = tokens;
        out.seed = seed;
        out.logprobs = true;
        return out;
    }

    LlamaOptions options_;
};

TEST_F(RealModel, DraftsSideBySideWriteText) {
    ModelBench bench(options_);
    std::vector<CompletionRequest> requests;
    for (std::uint32_t seed = 0; seed < 6; ++seed) requests.push_back(request(12, seed));
    const std::vector<Completion> drafts = bench.ask_all(requests);
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        ASSERT_TRUE(drafts[i].ok());
        EXPECT_FALSE(drafts[i].text.empty());
        // A draft that comes after the prompt was read must read its last token again for the logits.
        EXPECT_GE(drafts[i].usage.cached, i == 0 ? 0 : drafts[i].usage.in - 1);
        EXPECT_LE(drafts[i].usage.cached, i == 0 ? 0 : drafts[i].usage.in);
    }
    EXPECT_NE(drafts[0].text, drafts[1].text);
}

// F32 weights and cache: what differs is the order of additions alone. Tolerance 2e-3 in the logarithm of a
// probability.
TEST_F(RealModel, BatchedAsUnbatchedOnF32) {
    const auto info = model_info(options_.path);
    ASSERT_TRUE(info);
    if (info->quantisation != "all F32") GTEST_SKIP() << "needs an F32 GGUF, this one is " << info->quantisation;
    for (const KvLayout layout : {KvLayout::unified, KvLayout::split}) {
        options_.kv_layout = layout;
        ModelBench together(options_);
        std::vector<CompletionRequest> requests;
        for (std::uint32_t seed = 0; seed < 4; ++seed) requests.push_back(request(16, seed));
        const std::vector<Completion> batched = together.ask_all(requests);
        for (std::uint32_t seed = 0; seed < 2; ++seed) {
            const Completion alone = ModelBench(options_).ask(request(16, seed));
            ASSERT_EQ(alone.trace.ids, batched[seed].trace.ids);
            for (std::size_t i = 0; i < alone.trace.ids.size(); ++i)
                EXPECT_NEAR(alone.trace.logprobs[i], batched[seed].trace.logprobs[i], 2e-3);
        }
    }
}

}  // namespace
}  // namespace retort

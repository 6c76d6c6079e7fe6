// SmolLM2 or another real Llama: RETORT_TEST_MODEL names its GGUF.
#include <cstdlib>

#include "train/fine_tune.h"

namespace retort::train::test {
namespace {

TEST(RealFineTune, AStepOfSftGivesAModelThatLlamaCppComputesAlike) {
    const char* path = std::getenv("RETORT_TEST_MODEL");
    if (path == nullptr) GTEST_SKIP() << "set RETORT_TEST_MODEL to a GGUF file to run this";
    const Folder folder;
    auto file = read_model(path).value();
    const auto tokenizer = llama::Tokenizer::open(path).value();
    Net net(file.shape, file.tensors, {"cpu", 1, 256});
    const auto examples =
        ExampleFile::parse("f", R"({"problem": "What is 7 + 8?", "solution": "7 + 8 = 15. The answer is 15."})",
                           {prompt_set_for(path), tokenizer->chat().marks() != nullptr})
            .value();
    const SftBatch batch = draw_examples(examples, *tokenizer, 1, 0, 1, 0, 256).value();
    EXPECT_EQ(batch.pack.tokens.back(), tokenizer->vocabulary().end_of_turn());
    const double before = sft_step(net, batch, {.lr = 1e-5}).loss;
    const double after = sft_step(net, batch, {.lr = 1e-5}).loss;
    EXPECT_LT(after, before);
    file.tensors = net.weights();
    const std::string written = folder / "model.gguf";
    ASSERT_TRUE(write_model(written, file, WeightType::f32, {}));
    expect_same_tokenizer(path, written);
    const std::vector<Message> question{{"user", "What is the capital of France?"}};
    expect_same_logits(net, written, tokenizer->chat().render(question, false)->tokens, 2e-3);
}

}  // namespace
}  // namespace retort::train::test

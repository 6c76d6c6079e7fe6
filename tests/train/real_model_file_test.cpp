// Against a real model of the architecture "llama": RETORT_TEST_MODEL names a GGUF, else SmolLM2 of the models folder.
#include <gmock/gmock.h>

#include <cstdlib>

#include "llama/model_bench.h"
#include "model/llama/tokenizer.h"
#include "train/random_model.h"

namespace retort::train::test {
namespace {

std::string real_model() {
    if (const char* path = std::getenv("RETORT_TEST_MODEL")) return path;
    const char* home = std::getenv("HOME");
    const std::string path =
        std::string(home == nullptr ? "" : home) + "/.cache/retort/models/SmolLM2-135M-Instruct.Q4_1.gguf";
    return std::filesystem::exists(path) ? path : std::string();
}

std::vector<TokenId> first_tokens(const std::string& path) {
    LlamaOptions options;
    options.path = path;
    testing::ModelBench bench(options);
    CompletionRequest request;
    request.prompt = std::make_shared<const std::vector<Message>>(
        std::vector<Message>{{"user", "What is the capital of France? Answer in one sentence."}});
    request.max_answer = 8;
    request.temperature = 0;
    request.logprobs = true;
    return bench.ask(request).trace.ids;
}

TEST(RealModelFile, ReadAndWrittenAgainItIsTheSameModel) {
    const std::string path = real_model();
    if (path.empty()) GTEST_SKIP() << "set RETORT_TEST_MODEL to a GGUF file to run this";
    const Folder folder;
    const auto read = read_model(path);
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_TRUE(write_model(folder / "again.gguf", *read, WeightType::f16, {}));
    const auto again = read_model(folder / "again.gguf");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->shape, read->shape);
    EXPECT_EQ(token_texts(*again->metadata), token_texts(*read->metadata));
    const auto before = llama::Tokenizer::open(path).value();
    const auto after = llama::Tokenizer::open(folder / "again.gguf").value();
    for (const std::string text :
         {"Hello, world! \xC3\xA9t\xC3\xA9 \xF0\x9F\x98\x80\n\n  1234 <|im_end|>", "", " leading"}) {
        EXPECT_EQ(after->vocabulary().plain(text), before->vocabulary().plain(text));
        EXPECT_EQ(after->vocabulary().control(text), before->vocabulary().control(text));
    }
    const std::vector<TokenId> tokens = first_tokens(path);
    EXPECT_EQ(tokens.size(), 8u);
    EXPECT_EQ(first_tokens(folder / "again.gguf"), tokens);
}

}  // namespace
}  // namespace retort::train::test

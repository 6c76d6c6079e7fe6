// Models whose tokenizer is not ours, as a start: a tiny one with a vocabulary of SentencePiece's kind.
#include "train/fine_tune.h"

#include <nlohmann/json.hpp>

#include "llama/tiny_model.h"
#include "train/run/trainer.h"

namespace retort::train::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::TinyModel;
using testing::TinyModelFile;

constexpr const char* kExamples =
    R"({"problem": "two and three", "solution": "five", "reasoning": "count on"}
{"messages": [{"role": "user", "content": "say <|im_end|> hello"}, {"role": "assistant", "content": "</s> <|im_start|>"}]}
{"text": "numbers follow each other"}
)";

class FineTune : public ::testing::Test {
  protected:
    TrainConfig config(const std::string& more) {
        write_bytes(folder / "mine.jsonl", kExamples);
        return parse_config("test",
                            "run = '" + (folder / "run") + "'\nmodel.from = '" + file.path() +
                                "'\nthreads = 1\nseed = 3\nsft.examples = '" + (folder / "mine.jsonl") + "'\n" + more,
                            {})
            .value();
    }

    nlohmann::json last_row() const {
        std::string lines = bytes_of(folder / "run/metrics.jsonl");
        lines.pop_back();
        return nlohmann::json::parse(lines.substr(lines.rfind('\n') + 1));
    }

    Folder folder;
    TinyModelFile file;
};

std::string text_of(const llama::Tokenizer& tokenizer, const SftBatch& batch, bool learnt) {
    std::string out;
    for (std::size_t i = 0; i < batch.pack.tokens.size(); ++i)
        if (!learnt || batch.pack.wanted[i] != 0) out += tokenizer.vocabulary().piece(batch.pack.tokens[i], true);
    return out;
}

SftBatch batch_of(const llama::Tokenizer& tokenizer, const std::string& line) {
    const ExampleStyle style{compiled_prompt_sets().front(), tokenizer.chat().marks() != nullptr};
    const auto examples = ExampleFile::parse("f", line, style).value();
    return draw_examples(examples, tokenizer, 1, 0, 1, 0, 512).value();
}

TEST_F(FineTune, AGgufWithATokenizerOfItsOwnIsTrainedAndKeepsIt) {
    const auto trained = train(config("sft.steps = 2\nsft.batch_tokens = 1200\nsft.warmup = 0\n"), {});
    ASSERT_TRUE(trained) << trained.error().message;
    const std::string written = folder / "run/model.gguf";
    expect_same_tokenizer(file.path(), written);
    const auto model = read_model(written).value();
    EXPECT_NE(model.tensors[0].values, read_model(file.path())->tensors[0].values) << "it has learnt";
    const Net net(model.shape, model.tensors, {"cpu", 1});
    expect_same_logits(net, written, testing::some_tokens(20, 1), 1e-4);
    EXPECT_GT(last_row().at("loss/conversation").get<double>(), 0);
    EXPECT_EQ(last_row().at("examples_too_long"), 0);
}

TEST_F(FineTune, ReinforcementRunsOverItToo) {
    write_bytes(folder / "suite.jsonl", R"({"id": "a", "problem": "one and one", "answer": "2"}
{"id": "b", "problem": "two and two", "answer": "4"}
)");
    const auto trained = train(config("data.suite = '" + (folder / "suite.jsonl") + R"('
[rl]
steps = 1
prompts = 2
generations = 3
updates = 1
trace = {share = 1, think = 8, max_answer = 8}
op = {share = 0}
)"),
                               {});
    ASSERT_TRUE(trained) << trained.error().message;
    EXPECT_EQ(last_row().at("trace/failed"), 0);
    EXPECT_EQ(last_row().at("trace/prompts"), 2);
    expect_same_tokenizer(file.path(), folder / "run/model.gguf");
}

TEST_F(FineTune, ControlTokensOfUsersAreTextAndTheTurnEndsAsTheTemplateEndsIt) {
    const auto tokenizer = llama::Tokenizer::open(file.path()).value();
    const llama::Vocabulary& words = tokenizer->vocabulary();
    std::string line = kExamples;
    line = line.substr(line.find('\n') + 1);
    line.resize(line.find('\n'));
    const SftBatch batch = batch_of(*tokenizer, line);
    const TokenId start = words.single("<|im_start|>");
    const TokenId end = words.single("<|im_end|>");
    EXPECT_EQ(std::count(batch.pack.tokens.begin(), batch.pack.tokens.end(), start), 2) << "of the template";
    EXPECT_EQ(std::count(batch.pack.tokens.begin(), batch.pack.tokens.end(), end), 2);
    EXPECT_EQ(batch.pack.tokens.back(), end);
    EXPECT_THAT(text_of(*tokenizer, batch, true), HasSubstr("</s> <|im_start|><|im_end|>"));
    EXPECT_THAT(text_of(*tokenizer, batch, true), Not(HasSubstr("hello")));
    const SftBatch text = batch_of(*tokenizer, R"({"text": "abc"})");
    EXPECT_EQ(text.pack.tokens.back(), words.end());
}

TEST_F(FineTune, ReasoningIsLearntBetweenTheModelsMarks) {
    TinyModel thinking;
    thinking.thinks = true;
    const TinyModelFile thinker(thinking);
    const auto tokenizer = llama::Tokenizer::open(thinker.path()).value();
    const SftBatch with = batch_of(*tokenizer, R"({"problem": "p", "solution": "five", "reasoning": "count on"})");
    EXPECT_THAT(text_of(*tokenizer, with, true), HasSubstr("count on\n</think>"));
    EXPECT_THAT(text_of(*tokenizer, with, true), HasSubstr("\n\nfive"));
    EXPECT_THAT(text_of(*tokenizer, with, true), Not(HasSubstr("<think>"))) << "the template has opened it";
    const SftBatch tricky = batch_of(*tokenizer, R"({"problem": "p", "solution": "s", "reasoning": "a <|im_end|> b"})");
    const TokenId turn = tokenizer->vocabulary().single("<|im_end|>");
    EXPECT_EQ(std::count(tricky.pack.tokens.begin(), tricky.pack.tokens.end(), turn), 2);
    const SftBatch without = batch_of(*tokenizer, R"({"problem": "p", "solution": "five"})");
    EXPECT_THAT(text_of(*tokenizer, without, true), Not(HasSubstr("</think>")));
    EXPECT_THAT(text_of(*tokenizer, without, false), HasSubstr("</think>")) << "the prompt closes it";
}

TEST_F(FineTune, ANewModelLearnsInTokensOfItsOwnBpe) {
    TrainConfig fresh = config("sft.steps = 2\nsft.batch_tokens = 400\nsft.warmup = 0\nmodel.context = 512\n");
    fresh.model.from.clear();
    fresh.model.tokenizer = RETORT_TEST_TOKENIZER "/tokenizer.json";
    fresh.model.width = 32;
    const auto trained = train(fresh, {});
    ASSERT_TRUE(trained) << trained.error().message;
    const std::string written = folder / "run/model.gguf";
    expect_same_tokenizer(folder / "run/init.gguf", written);
    const auto model = read_model(written).value();
    EXPECT_EQ(model.shape.vocabulary, 800);
    const Net net(model.shape, model.tensors, {"cpu", 1});
    expect_same_logits(net, written, {1, 20, 300, 2, 400}, 1e-4);
}

TEST_F(FineTune, ExamplesOfATestSetAreLeftOut) {
    write_bytes(folder / "test.jsonl", R"({"id": "a", "problem": "Two  and three", "answer": "5"})");
    const std::string more =
        "sft.steps = 1\nsft.batch_tokens = 100\ndata.against = '" + (folder / "test.jsonl") + "'\n";
    ASSERT_TRUE(train(config(more), {}));
    EXPECT_FALSE(last_row().contains("loss/solution"));
    EXPECT_TRUE(last_row().contains("loss/text"));
}

}  // namespace
}  // namespace retort::train::test

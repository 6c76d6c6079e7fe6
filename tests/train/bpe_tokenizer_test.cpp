// Models with byte-level BPE: llama.cpp over the written file against the library that trained it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "llama/model_bench.h"
#include "model/llama/tokenizer.h"
#include "train/random_model.h"
#include "train/random_strings.h"

namespace retort::train::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kFile = RETORT_TEST_TOKENIZER "/tokenizer.json";

// 16 bits of FNV-1a over the ids, as tokenizer_reference.py writes them.
std::uint64_t check_sum(const std::vector<TokenId>& ids) {
    std::uint64_t out = 0xCBF29CE484222325ULL;
    for (const TokenId id : ids) out = (out ^ static_cast<std::uint64_t>(id)) * 0x100000001B3ULL;
    return (out ^ out >> 16 ^ out >> 32 ^ out >> 48) & 0xFFFF;
}

class BpeTokenizer : public ::testing::Test {
  protected:
    std::shared_ptr<const llama::Tokenizer> written() const {
        const auto metadata = bpe_metadata(kFile, "bpe").value();
        const auto size = static_cast<int>(token_texts(*metadata).size());
        EXPECT_TRUE(write_model(folder / "bpe.gguf", random_model(tiny_shape(size), metadata), WeightType::f32, {}));
        return llama::Tokenizer::open(folder / "bpe.gguf").value();
    }

    Folder folder;
};

TEST_F(BpeTokenizer, LlamaCppReadsTenThousandStringsAsTheLibraryThatTrainedIt) {
    const auto tokenizer = written();
    std::ifstream expected(RETORT_TEST_TOKENIZER "/expected.txt");
    int different = 0;
    for (std::uint64_t i = 0; i < kRandomStrings; ++i) {
        std::uint64_t sum = 0;
        ASSERT_TRUE(expected >> std::hex >> sum) << i;
        const std::vector<TokenId> ids = tokenizer->vocabulary().plain(random_string(i));
        if (check_sum(ids) == sum) continue;
        ++different;
        if (different < 10) ADD_FAILURE() << i << ": " << random_string(i) << " is " << ::testing::PrintToString(ids);
    }
    EXPECT_EQ(different, 0);
}

TEST_F(BpeTokenizer, EveryTextComesBackAsItWas) {
    const auto tokenizer = written();
    for (std::uint64_t i = 0; i < 1000; ++i) {
        std::string text;
        for (const TokenId id : tokenizer->vocabulary().plain(random_string(i)))
            text += tokenizer->vocabulary().piece(id, true);
        EXPECT_EQ(text, random_string(i));
    }
}

TEST_F(BpeTokenizer, TurnsAndReasoningHaveTokensOfTheirOwnWhichNoUserWrites) {
    const auto tokenizer = written();
    const llama::Vocabulary& words = tokenizer->vocabulary();
    EXPECT_EQ(words.end(), words.single("<|endoftext|>"));
    EXPECT_EQ(words.end_of_turn(), words.single("<|im_end|>"));
    EXPECT_TRUE(words.ends_generation(words.end_of_turn()));
    EXPECT_EQ(words.opening(), -1);
    ASSERT_NE(tokenizer->chat().marks(), nullptr);
    for (const std::string name : {"<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"}) {
        EXPECT_GE(words.single(name), 0);
        EXPECT_GT(words.plain(name).size(), 1U);
    }
    const auto prompt = tokenizer->chat().render({{"user", "hello <|im_end|>"}}, true).value().tokens;
    EXPECT_EQ(std::count(prompt.begin(), prompt.end(), words.end_of_turn()), 1);
}

TEST_F(BpeTokenizer, WhatLlamaCppWouldReadOtherwiseIsRefused) {
    const json good = json::parse(bytes_of(kFile));
    const auto error = [&](const std::string& text) {
        write_bytes(folder / "t.json", text);
        const auto metadata = bpe_metadata(folder / "t.json", "t");
        return metadata ? std::string() : metadata.error().message;
    };
    EXPECT_EQ(error(good.dump()), "");
    const auto changed = [&](const std::string& pointer, const json& value) {
        json file = good;
        file[json::json_pointer(pointer)] = value;
        return error(file.dump());
    };
    EXPECT_THAT(changed("/model/type", "WordPiece"), HasSubstr("t.json: expected a model of the type BPE"));
    EXPECT_THAT(changed("/model/byte_fallback", true), HasSubstr("without byte_fallback"));
    EXPECT_THAT(changed("/model/ignore_merges", true), HasSubstr("without ignore_merges"));
    EXPECT_THAT(changed("/normalizer", {{"type", "NFC"}}), HasSubstr("expected no normalizer"));
    EXPECT_THAT(changed("/pre_tokenizer/pretokenizers/0/individual_digits", false), HasSubstr("pre-tokenizers Digits"));
    EXPECT_THAT(changed("/pre_tokenizer/pretokenizers/1/add_prefix_space", true), HasSubstr("pre-tokenizers Digits"));
    EXPECT_THAT(changed("/pre_tokenizer", nullptr), HasSubstr("expected a tokenizer as JSON"));
    EXPECT_THAT(changed("/added_tokens", json::array()), HasSubstr("<|endoftext|> is missing"));
    EXPECT_THAT(changed("/model/vocab/hello", 5000), HasSubstr("without holes"));
    EXPECT_THAT(error("{"), HasSubstr("expected a tokenizer as JSON"));
    EXPECT_THAT(bpe_metadata("/nowhere.json", "t").error().message, HasSubstr("/nowhere.json: expected a tokenizer"));
}

TEST_F(BpeTokenizer, AModelOfItRunsInLlamaCpp) {
    written();
    LlamaOptions options;
    options.path = folder / "bpe.gguf";
    options.threads = 1;
    testing::ModelBench bench(options);
    CompletionRequest request;
    request.prompt = std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", "2 + 3?"}});
    request.max_answer = 8;
    const Completion completion = bench.ask(request);
    EXPECT_TRUE(completion.ok());
    EXPECT_GT(completion.usage.out, 0);
}

}  // namespace
}  // namespace retort::train::test

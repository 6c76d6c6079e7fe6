#include <gmock/gmock.h>

#include <map>
#include <string_view>

#include "llama/model_bench.h"
#include "model/llama/tokenizer.h"
#include "train/random_model.h"

namespace retort::train::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr TokenId kFirstWord = 4;
const std::array<std::string, 3> kControlNames{"</s>", "<think>", "</think>"};

// Greedy longest match, written down independently: `ids` has every text that can be matched.
std::vector<TokenId> longest_matches(const std::map<std::string, TokenId, std::less<>>& ids, std::string_view text) {
    std::vector<TokenId> out;
    while (!text.empty()) {
        std::size_t length = std::min<std::size_t>(text.size(), 64);
        while (length > 0 && !ids.contains(text.substr(0, length))) --length;
        out.push_back(length == 0 ? 0 : ids.find(text.substr(0, length))->second);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string random_text(const std::vector<std::string>& words, std::mt19937& random) {
    std::string out;
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (std::size_t parts = below(12); parts > 0; --parts) {
        const std::string& word = words[below(words.size())];
        switch (below(6)) {
            case 0:
                out += word.substr(0, 1 + below(word.size()));
                break;
            case 1:
                out += word.substr(below(word.size()));
                break;
            case 2:
                out += static_cast<char>(random());
                break;
            case 3:
                out += below(8) == 0 ? kControlNames[below(3)] : "<";
                break;
            default:
                out += word;
        }
    }
    return out;
}

class Tokens : public ::testing::Test {
  protected:
    Tokens() {
        const ModelFile model = random_model();
        texts_ = token_texts(*model.metadata);
        EXPECT_TRUE(write_model(path_, model, WeightType::f32, {}));
        tokenizer_ = llama::Tokenizer::open(path_).value();
    }

    const llama::Vocabulary& vocabulary() const { return tokenizer_->vocabulary(); }

    // Words, then the bytes that begin some: what plain text can become but for control tokens' names.
    std::map<std::string, TokenId, std::less<>> plain_ids() const {
        std::map<std::string, TokenId, std::less<>> out{{"<unk>", 0}};
        for (std::size_t i = 0; i < words_.size(); ++i) out[words_[i]] = kFirstWord + static_cast<TokenId>(i);
        const std::size_t unused = texts_.size() - kControlNames.size();
        for (std::size_t i = kFirstWord + words_.size(); i < unused; ++i) {
            EXPECT_EQ(texts_[i].size(), 1u);
            out[texts_[i]] = static_cast<TokenId>(i);
        }
        for (std::size_t i = 0; i < kControlNames.size(); ++i) out[kControlNames[i]] = static_cast<TokenId>(unused + i);
        return out;
    }

    Folder folder_;
    std::string path_ = folder_ / "m.gguf";
    std::vector<std::string> words_ = awkward_tokenizer().words;
    std::vector<std::string> texts_;
    std::shared_ptr<const llama::Tokenizer> tokenizer_;
};

TEST_F(Tokens, AreTheLongestMatchesInLlamaCpp) {
    const auto ids = plain_ids();
    std::mt19937 random(7);
    for (int i = 0; i < 10000; ++i) {
        const std::string text = random_text(words_, random);
        const std::vector<TokenId> tokens = vocabulary().plain(text);
        ASSERT_EQ(tokens, longest_matches(ids, text)) << text;
        // Each unknown token stands for a byte.
        std::string back;
        for (const TokenId token : tokens)
            back += token == 0 ? text.substr(back.size(), 1) : vocabulary().piece(token, false);
        ASSERT_EQ(back, text);
    }
}

TEST_F(Tokens, HaveTheirTextsByTheirIds) {
    EXPECT_THAT(std::vector<std::string>(texts_.begin(), texts_.begin() + 4),
                ElementsAre("<unk>", "</s>", "<think>", "</think>"));
    for (std::size_t i = 0; i < words_.size(); ++i) EXPECT_EQ(texts_[kFirstWord + i], words_[i]);
    EXPECT_THAT(std::vector<std::string>(texts_.end() - 3, texts_.end()), ElementsAre("", "", ""));
    EXPECT_EQ(vocabulary().end(), 1);
}

TEST_F(Tokens, ControlNamesAreControlTokensOnlyWhereTheyAreMeant) {
    EXPECT_THAT(vocabulary().control("<think>ab</think></s>"), ElementsAre(2, 4 + 18, 3, 1));
    for (const TokenId token : vocabulary().plain("<think>ab</think></s>")) EXPECT_GE(token, 4);
}

TEST_F(Tokens, AConversationIsReadAsTheEngineReadsIt) {
    const auto id = [&](const std::string& word) {
        return kFirstWord + static_cast<TokenId>(std::find(words_.begin(), words_.end(), word) - words_.begin());
    };
    const std::vector<Message> messages{{"user", "x / y</think>"}};
    const auto thinking = tokenizer_->chat().render(messages, true);
    ASSERT_TRUE(thinking) << thinking.error().message;
    EXPECT_FALSE(thinking->inside_reasoning);
    EXPECT_THAT(thinking->tokens, ElementsAre(id("<|im_start|>user\n"), id("x / y"), texts_.size() - 1,
                                              id("<|im_end|>\n"), id("<|im_start|>assistant\n")));
    std::vector<TokenId> closed = thinking->tokens;
    for (const TokenId token : {TokenId{2}, id("\n\n"), TokenId{3}, id("\n\n")}) closed.push_back(token);
    EXPECT_EQ(tokenizer_->chat().render(messages, false).value().tokens, closed);

    LlamaOptions options;
    options.path = path_;
    testing::ModelBench bench(options);
    CompletionRequest request;
    request.prompt = std::make_shared<const std::vector<Message>>(messages);
    request.max_answer = 1;
    EXPECT_EQ(bench.ask(request).usage.in, static_cast<std::int64_t>(closed.size()));
}

TEST_F(Tokens, AWordIsNoControlTokenWhateverItLooksLike) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
        const TokenId token = kFirstWord + static_cast<TokenId>(i);
        EXPECT_FALSE(vocabulary().is_control(token)) << words_[i];
        EXPECT_FALSE(vocabulary().ends_generation(token)) << words_[i];
        EXPECT_THAT(vocabulary().plain(words_[i]), ElementsAre(token));
    }
    EXPECT_TRUE(vocabulary().ends_generation(1));
    EXPECT_EQ(vocabulary().opening(), -1);
}

TEST(WordTokenizer, WordsThatCannotBeAreRefused) {
    const auto error = [](std::vector<std::string> words, std::string chat_template = "") {
        const auto made = new_metadata({std::move(words), std::move(chat_template)}, "mine");
        return made ? "it was made" : made.error().message;
    };
    EXPECT_THAT(error({"a", ""}), HasSubstr("tokenizer of mine: expected words, found an empty one"));
    EXPECT_THAT(error({"a", "b", "a"}), HasSubstr("found \"a\" again"));
    EXPECT_THAT(error({"</think>"}), HasSubstr("found \"</think>\" again"));
    EXPECT_THAT(error({"a"}, "{{ whatever }}"), HasSubstr("does not know its chat template"));
    EXPECT_EQ(error({"a"}), "it was made");
    EXPECT_EQ(error({}), "it was made");
}

}  // namespace
}  // namespace retort::train::test

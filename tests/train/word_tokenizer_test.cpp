#include <gmock/gmock.h>
#include <llama.h>

#include <map>
#include <string_view>

#include "model/llama/vocabulary.h"
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
        metadata_ = model.metadata;
        texts_ = token_texts(*metadata_);
        EXPECT_TRUE(write_model(folder_ / "m.gguf", model, WeightType::f32, {}));
        llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
        llama_model_params parameters = llama_model_default_params();
        parameters.vocab_only = true;
        model_ = llama_model_load_from_file((folder_ / "m.gguf").c_str(), parameters);
    }
    ~Tokens() override { llama_model_free(model_); }

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
    std::vector<std::string> words_ = awkward_tokenizer().words;
    std::shared_ptr<const Metadata> metadata_;
    std::vector<std::string> texts_;
    llama_model* model_ = nullptr;
};

TEST_F(Tokens, AreTheLongestMatchesInLlamaCpp) {
    ASSERT_NE(model_, nullptr);
    const llama::Vocabulary vocabulary(model_);
    const auto ids = plain_ids();
    std::mt19937 random(7);
    for (int i = 0; i < 10000; ++i) {
        const std::string text = random_text(words_, random);
        const std::vector<TokenId> tokens = vocabulary.plain(text);
        ASSERT_EQ(tokens, longest_matches(ids, text)) << text;
        ASSERT_EQ(tokenize(*metadata_, text, false), tokens) << text;
        // Each unknown token stands for a byte.
        std::string back;
        for (const TokenId token : tokens)
            back += token == 0 ? text.substr(back.size(), 1) : vocabulary.piece(token, false);
        ASSERT_EQ(back, text);
    }
}

TEST_F(Tokens, HaveTheirTextsByTheirIds) {
    EXPECT_THAT(std::vector<std::string>(texts_.begin(), texts_.begin() + 4),
                ElementsAre("<unk>", "</s>", "<think>", "</think>"));
    for (std::size_t i = 0; i < words_.size(); ++i) EXPECT_EQ(texts_[kFirstWord + i], words_[i]);
    EXPECT_THAT(std::vector<std::string>(texts_.end() - 3, texts_.end()), ElementsAre("", "", ""));
    EXPECT_EQ(end_token(*metadata_), 1);
}

TEST_F(Tokens, ControlNamesAreControlTokensOnlyWhereTheyAreMeant) {
    EXPECT_THAT(tokenize(*metadata_, "<think>ab</think></s>", true), ElementsAre(2, 4 + 18, 3, 1));
    for (const TokenId token : tokenize(*metadata_, "<think>ab</think></s>", false)) EXPECT_GE(token, 4);
}

TEST_F(Tokens, AWordIsNoControlTokenWhateverItLooksLike) {
    const llama::Vocabulary vocabulary(model_);
    for (std::size_t i = 0; i < words_.size(); ++i) {
        const TokenId token = kFirstWord + static_cast<TokenId>(i);
        EXPECT_FALSE(vocabulary.is_control(token)) << words_[i];
        EXPECT_FALSE(vocabulary.ends_generation(token)) << words_[i];
        EXPECT_THAT(vocabulary.plain(words_[i]), ElementsAre(token));
    }
    EXPECT_TRUE(vocabulary.ends_generation(1));
    EXPECT_EQ(vocabulary.opening(), -1);
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

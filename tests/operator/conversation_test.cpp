#include "operator/conversation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace retort {
namespace {

using nlohmann::json;

TEST(Conversation, WordsStandAroundTheQuestionAndNowhereElse) {
    Conversation said;
    said.messages = {{"system", "be kind"}, {"user", "one?"}, {"assistant", "1"}, {"user", "two?"}};
    said.asked = 3;
    const std::vector<Message> with = with_words(said, "Before. ", " After.");
    ASSERT_EQ(with.size(), 4U);
    EXPECT_EQ(with[3].content, "Before. two? After.");
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(with[i], said.messages[i]);
}

TEST(Conversation, WithoutWordsNoByteChanges) {
    Conversation said;
    said.messages = {{"user", "one?", R"({"role":"user","content":[ {"type":"text","text":"one?"} ]})"}};
    EXPECT_EQ(with_words(said, "", ""), said.messages);
}

TEST(Conversation, AMessageOfPartsGetsPartsBesideItsOwn) {
    Conversation said;
    const std::string picture = R"({"type":"image_url","image_url":{"url":"data:x"}})";
    said.messages = {
        {"user", "what?", R"({"role":"user","content":[{"type":"text","text":"what?"},)" + picture + "]}"}};
    const json whole = json::parse(with_words(said, "Before.", "After.").front().json);
    ASSERT_EQ(whole["content"].size(), 4U);
    EXPECT_EQ(whole["content"][0]["text"], "Before.");
    EXPECT_EQ(whole["content"][2], json::parse(picture));
    EXPECT_EQ(whole["content"][3]["text"], "After.");
}

TEST(Conversation, AMessageWithMoreThanATextKeepsItsOtherMembers) {
    Conversation said;
    said.messages = {{"user", "what?", R"({"role":"user","name":"ann","content":"what?"})"}};
    const json whole = json::parse(with_words(said, "", " Now.").front().json);
    EXPECT_EQ(whole["name"], "ann");
    EXPECT_EQ(whole["content"], "what? Now.");
}

}  // namespace
}  // namespace retort

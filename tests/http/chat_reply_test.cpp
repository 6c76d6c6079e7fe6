#include "model/http/chat_reply.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "http/cuts.h"
#include "support/mock_server.h"

namespace retort {
namespace {

using nlohmann::json;
using test::chat_chunk;
using test::sse;

ChatReply read(const std::vector<std::string>& pieces, ReplyShape shape = {}) {
    ChatReply reply(shape, {});
    for (const std::string& piece : pieces)
        if (!reply.feed(piece)) break;
    reply.finish();
    return reply;
}

const std::string kEnd = chat_chunk(json::object(), "stop") + "data: [DONE]\n\n";

TEST(Reply, ReadsAStreamCutAnywhere) {
    const std::string stream =
        "\xef\xbb\xbf: hello\r\n\r\n" + chat_chunk({{"role", "assistant"}, {"content", nullptr}}) +
        chat_chunk({{"content", "<thi"}}) + chat_chunk({{"content", "nk>so \xe2\x82\xac</think>\n"}}) +
        chat_chunk({{"content", "the answer"}}) + chat_chunk(json::object(), "length") +
        sse({{"choices", json::array()},
             {"usage",
              {{"prompt_tokens", 5},
               {"completion_tokens", 9},
               {"prompt_tokens_details", {{"cached_tokens", 2}}},
               {"completion_tokens_details", {{"reasoning_tokens", 4}}}}}}) +
        "data: [DONE]\n\n";
    test::for_every_cut(stream, [&](const std::vector<std::string>& pieces) {
        const ChatReply reply = read(pieces);
        ASSERT_EQ(reply.text, "the answer");
        ASSERT_EQ(reply.reasoning, "so \xe2\x82\xac");
        ASSERT_EQ(reply.ended, Finish::length);
        ASSERT_TRUE(reply.done_event && reply.usage_reported);
        ASSERT_EQ(reply.usage, (Usage{5, 9, 2, 4, false}));
    });
}

TEST(Reply, DeltasAreAlwaysWholeUtf8) {
    const std::string stream = chat_chunk({{"content", "a"}}) +
                               "data: {\"choices\":[{\"delta\":{\"content\":\"\xf0\x9f\"}}]}\n\n" +
                               "data: {\"choices\":[{\"delta\":{\"content\":\"\x98\x80!\"}}]}\n\n" + kEnd;
    test::for_every_cut(stream, [&](const std::vector<std::string>& pieces) {
        std::string seen;
        ChatReply reply({}, [&](const Delta& delta) {
            ASSERT_EQ(valid_utf8(delta.text), delta.text);
            seen += delta.text;
        });
        for (const std::string& piece : pieces) reply.feed(piece);
        reply.finish();
        ASSERT_EQ(seen, "a\xf0\x9f\x98\x80!");
        ASSERT_EQ(reply.text, seen);
    });
}

TEST(Reply, FindsReasoningInAllItsPlaces) {
    for (const char* field : {"reasoning_content", "reasoning"}) {
        const ChatReply reply = read({chat_chunk({{field, "so"}}) + chat_chunk({{"content", "42"}}) + kEnd});
        EXPECT_EQ(reply.reasoning, "so") << field;
        EXPECT_EQ(reply.text, "42") << field;
    }
    const ChatReply both = read({chat_chunk({{"reasoning_content", "so"}, {"reasoning", "so"}}) + kEnd});
    EXPECT_EQ(both.reasoning, "so");
    const json parts = json::array({{{"type", "thinking"}, {"thinking", {{{"type", "text"}, {"text", "so"}}}}},
                                    {{"type", "text"}, {"text", "42"}}});
    const ChatReply typed = read({chat_chunk({{"content", parts}}) + kEnd});
    EXPECT_EQ(typed.reasoning, "so");
    EXPECT_EQ(typed.text, "42");
}

TEST(Reply, ALoneEndTagStartsTheDeltasAnew) {
    std::string log;
    ChatReply reply({}, [&](const Delta& delta) {
        log += delta.tokens_out == -1 ? "AGAIN "
                                      : std::string(delta.reasoning ? "R:" : "T:") + std::string(delta.text) + " ";
    });
    reply.feed(chat_chunk({{"content", "so"}}) + chat_chunk({{"content", "</think>42"}}) + kEnd);
    reply.finish();
    EXPECT_EQ(log, "T:so AGAIN R:so T:42 ");
    EXPECT_EQ(reply.reasoning, "so");
    EXPECT_TRUE(reply.implicit_reasoning);
}

TEST(Reply, AnAssumedStartInsideReasoningIsGivenUpWhenTheAnswerEndsByItself) {
    ReplyShape shape;
    shape.inside_reasoning = true;
    const ChatReply answer = read({chat_chunk({{"content", "42"}}) + kEnd}, shape);
    EXPECT_EQ(answer.text, "42");
    EXPECT_EQ(answer.reasoning, "");
    const ChatReply cut = read({chat_chunk({{"content", "so"}}) + chat_chunk(json::object(), "length")}, shape);
    EXPECT_EQ(cut.reasoning, "so");
    EXPECT_TRUE(cut.reasoning_open());
}

TEST(Reply, ReadsOneJsonBodyThoughAStreamWasAskedFor) {
    const std::string body =
        json{{"choices", {{{"message", {{"content", "<think>so</think>42"}}}, {"finish_reason", "stop"}}}},
             {"usage", {{"prompt_tokens", 3}, {"completion_tokens", 2}}}}
            .dump();
    test::for_every_cut(body, [&](const std::vector<std::string>& pieces) {
        const ChatReply reply = read(pieces);
        ASSERT_EQ(reply.text, "42");
        ASSERT_EQ(reply.reasoning, "so");
        ASSERT_EQ(reply.usage, (Usage{3, 2, 0, 0, false}));
        ASSERT_FALSE(reply.streamed);
    });
}

TEST(Reply, KnowsAPageFromAReply) {
    EXPECT_TRUE(read({"\n<!DOCTYPE html><html>"}).html);
    EXPECT_TRUE(read({"{\"choices\": [{\"mess"}).broken_json);
    EXPECT_TRUE(read({"data: {\"choices\": [{\n\n"}).broken_json);
}

TEST(Reply, FindsErrorsInAllTheirForms) {
    EXPECT_EQ(read({sse({{"error", {{"message", "no room"}, {"code", 503}}}})}).error->status, 503);
    EXPECT_EQ(read({sse({{"error", "plain"}})}).error->message, "plain");
    EXPECT_EQ(read({R"({"object":"error","message":"old","code":400})"}).error->status, 400);
    EXPECT_EQ(read({R"({"detail":"Not Found"})"}).error->message, "Not Found");
    const auto sizes =
        read({R"({"error":{"message":"m","type":"exceed_context_size_error","n_prompt_tokens":9,"n_ctx":8}})"});
    EXPECT_EQ(sizes.error->prompt_tokens, 9);
    EXPECT_EQ(sizes.error->context, 8);
}

TEST(Reply, TokensSoFarMakeReasoningExact) {
    ReplyShape shape;
    shape.live_usage = true;
    const auto chunk = [](json delta, int tokens) {
        return sse({{"choices", {{{"delta", delta}}}},
                    {"timings", {{"cache_n", 3}, {"prompt_n", 4}, {"predicted_n", tokens}}}});
    };
    const ChatReply reply = read({chunk({{"reasoning_content", "a"}}, 1) + chunk({{"reasoning_content", "b"}}, 2) +
                                  chunk({{"content", "c"}}, 5)},
                                 shape);
    EXPECT_EQ(reply.usage, (Usage{7, 5, 3, 2, false}));
    EXPECT_TRUE(reply.usage_live);
    EXPECT_FALSE(reply.usage_reported);
}

TEST(Reply, LogProbabilitiesNeedTheirTokenIds) {
    const auto choice = [](json logprobs, json ids) {
        json c{{"delta", {{"content", "a"}}}, {"logprobs", {{"content", logprobs}}}};
        if (!ids.is_null()) c["token_ids"] = ids;
        return sse({{"choices", {c}}});
    };
    const json one = json::array({{{"id", 7}, {"logprob", -0.5}}});
    const json bare = json::array({{{"logprob", -0.5}}});
    EXPECT_EQ(read({choice(one, nullptr) + kEnd}).trace.ids, (std::vector<TokenId>{7}));
    EXPECT_EQ(read({choice(bare, json::array({9})) + kEnd}).trace.ids, (std::vector<TokenId>{9}));
    const ChatReply reply = read({choice(one, nullptr) + choice(bare, nullptr) + kEnd});
    EXPECT_EQ(reply.trace, TokenTrace{});
}

TEST(Reply, WrongTypesEverywhereAreSurvived) {
    for (const char* body :
         {R"({"choices":[7]})", R"({"choices":{"a":1}})", R"({"choices":[{"delta":[1]}]})",
          R"({"choices":[{"delta":{"content":{"a":1}},"finish_reason":3}]})", R"({"usage":[1]})",
          R"({"choices":[{"logprobs":{"content":[1,null]}}]})", "[]", "7", "null", R"({"error":[]})"}) {
        read({std::string("data: ") + body + "\n\n"});
        read({body});
    }
}

}  // namespace
}  // namespace retort

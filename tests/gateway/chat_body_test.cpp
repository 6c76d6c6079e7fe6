#include "gateway/api/chat_body.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace retort::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

auto read_chat_body(const std::string& body) {
    return gateway::read_chat_body(json::parse(body, nullptr, false));
}

std::string param_of(const std::string& body) {
    const auto read = read_chat_body(body);
    return read ? "none" : read.error().param.empty() ? read.error().message : read.error().param;
}

TEST(ChatBody, TheLastOfTheUsersMessagesIsAsked) {
    const auto body =
        read_chat_body(R"({"messages":[{"role":"system","content":"be kind"},{"role":"user","content":"one"},
        {"role":"assistant","content":"1"},{"role":"user","content":"two"},{"role":"assistant","content":"..."}]})");
    ASSERT_TRUE(body) << body.error().message;
    EXPECT_EQ(body->asked, "two");
    EXPECT_EQ(body->conversation->asked, 3U);
    ASSERT_EQ(body->conversation->messages.size(), 5U);
    EXPECT_EQ(body->conversation->messages[0], (Message{"system", "be kind"}));
    EXPECT_EQ(body->conversation->for_final, nullptr);
}

TEST(ChatBody, WhatIsMoreThanATextKeepsTheClientsWords) {
    const std::string parts =
        R"([{"type":"image_url","image_url":{"url":"data:x"}},{"type":"text","text":"what is it?"}])";
    const auto body = read_chat_body(R"({"messages":[{"role":"user","content":)" + parts + R"(},
        {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c","content":"42"}]})");
    ASSERT_TRUE(body) << body.error().message;
    EXPECT_EQ(body->asked, "what is it?");
    const auto& messages = body->conversation->messages;
    EXPECT_EQ(json::parse(messages[0].json)["content"], json::parse(parts));
    EXPECT_EQ(json::parse(messages[1].json)["tool_calls"][0]["id"], "c");
    EXPECT_EQ(json::parse(messages[2].json)["tool_call_id"], "c");
}

TEST(ChatBody, OnlyTheLastCallMakesCallsOfTools) {
    const auto body = read_chat_body(R"({"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function"}],
        "tool_choice":"auto","response_format":{"type":"json_object"},"stop":["END"],"unheard_of":{"a":1},"user":null})");
    ASSERT_TRUE(body) << body.error().message;
    const json last = json::parse(*body->conversation->for_final),
               others = json::parse(*body->conversation->for_others);
    EXPECT_EQ(last, json::parse(
                        R"({"tools":[{"type":"function"}],"tool_choice":"auto","response_format":{"type":"json_object"},
        "stop":["END"],"unheard_of":{"a":1}})"));
    EXPECT_EQ(others, json::parse(R"({"tools":[{"type":"function"}],"tool_choice":"none","unheard_of":{"a":1}})"));
}

TEST(ChatBody, ReadsSamplingLimitsAndTheMethod) {
    const auto body =
        read_chat_body(R"({"messages":[{"role":"user","content":"x"}],"stream":true,"temperature":0.5,"top_p":0.9,
        "seed":-3,"max_tokens":7,"max_completion_tokens":9,"stream_options":{"include_usage":true},"n":1,"logprobs":false,
        "retort":{"operator":"pdr:8,4","distiller":"random","k":3,"workspace":100,"think":50,"budget_seq":1000,"progress":"full"}})");
    ASSERT_TRUE(body) << body.error().message;
    EXPECT_TRUE(body->stream && body->wants_usage);
    EXPECT_EQ(body->run.sampling.temperature, 0.5);
    EXPECT_EQ(body->max_tokens, 9);
    EXPECT_EQ(body->operator_name, "pdr:8,4");
    EXPECT_EQ(body->distiller, DistillerKind::random);
    EXPECT_EQ(body->run.budget.seq, 1000);
    EXPECT_EQ(body->progress, gateway::Progress::full);
    EXPECT_EQ(body->conversation->for_final, nullptr);
}

TEST(ChatBody, NamesTheFieldAtFault) {
    const std::string user = R"("messages":[{"role":"user","content":"x"}])";
    EXPECT_EQ(param_of("{"), "the body is no JSON object");
    EXPECT_EQ(param_of("{}"), "messages");
    EXPECT_EQ(param_of(R"({"messages":[]})"), "messages");
    EXPECT_EQ(param_of(R"({"messages":[{"content":"x"}]})"), "messages");
    EXPECT_EQ(param_of(R"({"messages":[{"role":"assistant","content":"x"}]})"), "messages");
    for (const std::string field :
         {R"("n":2)", R"("logprobs":true)", R"("temperature":3)", R"("temperature":"hot")", R"("max_tokens":0)",
          R"("seed":1.5)", R"("stream":"yes")", R"("audio":{})", R"("top_p":-1)"})
        EXPECT_EQ(param_of("{" + user + "," + field + "}"), field.substr(1, field.find('"', 1) - 1)) << field;
    EXPECT_EQ(param_of("{" + user + R"(,"retort":{"distiller":"magic"}})"), "retort.distiller");
    EXPECT_EQ(param_of("{" + user + R"(,"retort":{"progress":"loud"}})"), "retort.progress");
    EXPECT_EQ(param_of("{" + user + R"(,"retort":{"k":0}})"), "retort.k");
    EXPECT_EQ(param_of("{" + user + R"(,"retort":{"deadline":"soon"}})"), "retort.deadline");
}

}  // namespace
}  // namespace retort::test

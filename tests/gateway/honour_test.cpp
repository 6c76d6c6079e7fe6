// What is said beside the messages is done, or is refused by its name.
#include <gmock/gmock.h>

#include "gateway/chat_fixture.h"

namespace retort::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

json with(json body, const std::string& name, json value) {
    body[name] = std::move(value);
    return body;
}

const json kTools = json::array({{{"type", "function"}, {"function", {{"name", "f"}}}}});

TEST_F(ChatTest, WithoutALastCallThereIsNobodyToKeepToAForm) {
    for (const char* model : {"vote:2", "best:2", "rsa:2,1,1", "tournament:2,2,1"}) {
        for (const auto& [field, value] : std::map<std::string, json>{{"tools", kTools},
                                                                      {"response_format", {{"type", "json_object"}}},
                                                                      {"stop", json::array({"END"})},
                                                                      {"guided_json", {{"type", "object"}}}}) {
            const std::string answer = ask(with(chat(model), field, value));
            EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << model << field;
            EXPECT_EQ(reply_of(answer)["error"]["param"], field) << model;
        }
    }
    EXPECT_TRUE(asked().empty());
    EXPECT_THAT(ask(with(chat("vote:2"), "response_format", {{"type", "text"}})), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(ask(with(with(chat("vote:2"), "tools", kTools), "tool_choice", "none")), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ChatTest, AFormIsForTheLastCallAlone) {
    json body = chat("pdr:2");
    for (const char* field : {"response_format", "guided_json", "grammar", "structured_outputs"})
        body[field] = {{"type", "json_schema"}};
    body["stop"] = "END";
    ask(body);
    for (const json& call : asked())
        for (const char* field : {"response_format", "guided_json", "grammar", "structured_outputs", "stop"})
            EXPECT_EQ(call.contains(field), is_last(call)) << field;
}

TEST_F(ChatTest, ACallOfAToolIsNoAnswerThatWasCutOff) {
    last_ = stream_of({}, MockUsage{30, 3}, "tool_calls");
    last_.pieces.insert(last_.pieces.begin(),
                        sse({{"choices",
                              {{{"index", 0},
                                {"delta",
                                 {{"tool_calls",
                                   {{{"index", 0},
                                     {"id", "c1"},
                                     {"type", "function"},
                                     {"function", {{"name", "f"}, {"arguments", "{}"}}}}}}}}}}}}));
    const json reply = reply_of(ask(with(chat("pdr:2"), "tools", kTools)));
    EXPECT_EQ(reply["choices"][0]["finish_reason"], "tool_calls");
    EXPECT_TRUE(reply["usage"]["retort"]["warnings"].empty()) << reply;
}

TEST_F(ChatTest, AHeaderSaysOfAPlainNameWhatTheBodyWould) {
    EXPECT_EQ(reply_of(ask(chat("cot"), "X-Retort-Deadline: 60\r\n"))["usage"]["retort"]["calls"], 1);
    EXPECT_EQ(reply_of(ask(chat("cot"), "X-Retort-Operator: pdr:2\r\n"))["usage"]["retort"]["calls"], 3);
    EXPECT_EQ(reply_of(ask(chat("house"), "X-Retort-Progress: off\r\n"))["usage"]["retort"]["calls"], 1);
    EXPECT_THAT(ask(chat("house"), "X-Retort-Foo: 1\r\n"), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(ask(chat("cot")), Not(HasSubstr("\"retort\"")));
}

TEST_F(ChatTest, WhatAnOperatorDoesNotUseIsSaid) {
    const json reply = reply_of(ask(with(chat("house"), "retort", {{"distiller", "random"}, {"k", 3}})));
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 1);
    EXPECT_EQ(reply["usage"]["retort"]["warnings"],
              json::array({"retort.distiller: cot does not use it", "retort.k: cot does not use it"}));
}

TEST_F(ChatTest, AnOracleNeedsAnAnswerThatNoRequestHas) {
    const std::string answer = ask(with(chat("pdr:2"), "retort", {{"distiller", "oracle-correct"}}));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
    EXPECT_EQ(reply_of(answer)["error"]["param"], "retort.distiller");
}

TEST_F(ChatTest, ARequestThatNamesNoModelIsForTheGatewaysOwn) {
    json body = chat("");
    body.erase("model");
    EXPECT_THAT(ask(body), StartsWith("HTTP/1.1 200 "));
    json expected = body;
    expected["model"] = "house";
    EXPECT_EQ(asked().front(), expected);
}

TEST_F(ChatTest, AModelForLastCallsDoesNotAnswerForTheOneThatWasNamed) {
    gateway::GatewayOptions with_roles;
    with_roles.rules.roles.final = "large";
    start(std::move(with_roles));
    ask(with(chat("cot@small"), "retort", {{"progress", "off"}}));
    EXPECT_EQ(asked().back()["model"], "small");
    ask(chat("pdr:2@small"));
    EXPECT_EQ(asked().back()["model"], "large");
}

TEST_F(ChatTest, NoPathLeadsOutOfTheApi) {
    for (const std::string path :
         {"/v1/../admin", "/v1/%2e%2e/admin", "/v1/x/..", "/v1//admin", "/v1/..%2Fadmin", "/v1/.%5C..%5Cadmin"}) {
        const std::string answer =
            gateway_->said("DELETE " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << path;
    }
    EXPECT_EQ(upstream_->counts().requests, 0);
    EXPECT_THAT(gateway_->get("/v1/files/a..b"), Not(StartsWith("HTTP/1.1 400 ")));
}

TEST_F(ChatTest, ARequestCanBeFollowedByItsId) {
    const std::string whole = ask(chat("pdr:2"));
    const std::string id = reply_of(whole)["id"].get<std::string>().substr(std::string("chatcmpl-").size());
    EXPECT_THAT(whole, HasSubstr("X-Request-Id: " + id));
    ask(chat("house"));
    EXPECT_EQ(headers("x-request-id").back().size(), 24U);
    ask(chat("house"), "X-Request-Id: mine\r\n");
    EXPECT_EQ(headers("x-request-id").back(), "mine");
}

TEST_F(ChatTest, WhoeverWaitsWhenTheGatewayEndsIsToldSo) {
    draft_.latency = 30s;  // before its head
    json streamed = chat("pdr:2");
    streamed["stream"] = true;
    RawClient stream(port_), whole(port_), passed(port_);
    stream.send(post(kChat, streamed.dump()));
    whole.send(post(kChat, chat("pdr:2").dump()));
    passed.send(post(kChat, chat("house").dump()));
    for (int i = 0; i < 5000 && asked().size() < 5; ++i) std::this_thread::sleep_for(1ms);
    gateway_->loop().await([this]() { return gateway_->gateway().drain(50ms); });
    EXPECT_THAT(stream.read_all(), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("the gateway is being stopped")));
    EXPECT_THAT(whole.read_all(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1")));
    EXPECT_THAT(passed.read_all(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1")));
}

}  // namespace
}  // namespace retort::test

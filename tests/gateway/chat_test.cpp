// Chats that operators answer, through the whole gateway.
#include <gmock/gmock.h>

#include "gateway/chat_fixture.h"

namespace retort::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Clock = std::chrono::steady_clock;

TEST_F(ChatTest, AnOperatorAnswersInOnePiece) {
    const json reply = reply_of(ask(chat("pdr:3")));
    EXPECT_EQ(reply["object"], "chat.completion");
    EXPECT_EQ(reply["model"], "pdr:3");
    EXPECT_EQ(reply["choices"][0]["message"]["content"], "the final answer");
    EXPECT_EQ(reply["choices"][0]["finish_reason"], "stop");
    EXPECT_EQ(reply["usage"]["prompt_tokens"], 3 * 10 + 30);
    EXPECT_EQ(reply["usage"]["completion_tokens"], 3 * 2 + 3);
    EXPECT_EQ(reply["usage"]["retort"]["b_seq"], 12 + 33);
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 4);
    EXPECT_EQ(asked().size(), 4U);
}

TEST_F(ChatTest, StreamsFromTheFirstMomentToTheUsage) {
    draft_.latency = 300ms;
    last_.between = 200ms;
    json body = chat("retort/pdr:2");
    body["stream"] = true;
    body["stream_options"] = {{"include_usage", true}};
    RawClient client(port_);
    const Clock::time_point begin = Clock::now();
    client.send(post(kChat, body.dump()));
    std::string all = client.read_until("\n\n");
    EXPECT_LT(Clock::now() - begin, 250ms);  // before any draft is there
    EXPECT_THAT(all, HasSubstr("Content-Type: text/event-stream"));
    all += client.read_until("\"content\":\"the \"");
    const Clock::time_point first = Clock::now();
    all += client.read_until("[DONE]\n\n");
    EXPECT_GT(Clock::now() - first, 300ms);  // token by token, as they are generated
    const std::vector<json> events = events_of(all);
    EXPECT_EQ(events.front()["choices"][0]["delta"]["role"], "assistant");
    EXPECT_EQ(joined(events, "content"), "the final answer");
    EXPECT_THAT(joined(events, "reasoning_content"), StartsWith("Round 1: 2 drafts."));
    EXPECT_EQ(events.back()["usage"]["completion_tokens"], 2 * 2 + 3);
    EXPECT_EQ(events[events.size() - 2]["choices"][0]["finish_reason"], "stop");
    EXPECT_EQ(events[events.size() - 2]["retort"]["b_total"], 2 * 12 + 33);
    client.read_until("0\r\n\r\n");
}

TEST_F(ChatTest, TheClientsMessagesStayAsTheyAre) {
    json body = chat("pdr:2");
    body["messages"] =
        json::array({{{"role", "system"}, {"content", "be brief"}, {"name", "boss"}},
                     {{"role", "user"},
                      {"content", json::array({{{"type", "text"}, {"text", "look"}},
                                               {{"type", "image_url"}, {"image_url", {{"url", "data:,"}}}}})}},
                     {{"role", "assistant"}, {"content", "yes?"}}});
    body["tools"] = json::array({{{"type", "function"}, {"function", {{"name", "f"}}}}});
    ask(body);
    for (const json& call : asked()) {
        EXPECT_EQ(call["messages"][0], body["messages"][0]);
        EXPECT_EQ(call["messages"][2], body["messages"][2]);
        EXPECT_EQ(call["messages"][1]["content"][0], body["messages"][1]["content"][0]);
        EXPECT_EQ(call["messages"][1]["content"][1], body["messages"][1]["content"][1]);
        EXPECT_EQ(call["messages"][1]["content"].size(), is_last(call) ? 3U : 2U);
        EXPECT_EQ(call["tools"], body["tools"]);
        EXPECT_EQ(call.value("tool_choice", "auto"), is_last(call) ? "auto" : "none");
    }
}

TEST_F(ChatTest, CallsOfToolsComeThroughInOnePieceAndStreamed) {
    last_ = stream_of({}, MockUsage{30, 3}, "tool_calls");
    const auto piece = [](const json& call) {
        return sse({{"choices", {{{"index", 0}, {"delta", {{"tool_calls", {call}}}}}}}});
    };
    last_.pieces.insert(
        last_.pieces.begin(),
        {piece({{"index", 0}, {"id", "c1"}, {"type", "function"}, {"function", {{"name", "look"}, {"arguments", ""}}}}),
         piece({{"index", 0}, {"function", {{"arguments", "{\"at\":"}}}}),
         piece({{"index", 0}, {"function", {{"arguments", "1}"}}}})});
    json body = chat("pdr:2");
    body["tools"] = json::array({{{"type", "function"}, {"function", {{"name", "look"}}}}});
    const json choice = reply_of(ask(body))["choices"][0];
    EXPECT_EQ(choice["finish_reason"], "tool_calls");
    EXPECT_EQ(choice["message"]["tool_calls"][0]["function"]["arguments"], "{\"at\":1}");
    EXPECT_EQ(choice["message"]["tool_calls"][0]["id"], "c1");
    body["stream"] = true;
    const std::string streamed = ask(body);
    EXPECT_THAT(streamed, HasSubstr(R"("tool_calls":[{"function":{"arguments":"{\"at\":1}","name":"look"})"));
}

TEST_F(ChatTest, WhatAnOperatorCannotHonourIsRefused) {
    json body = chat("pdr:2");
    body["n"] = 2;
    EXPECT_EQ(reply_of(ask(body))["error"]["param"], "n");
    EXPECT_EQ(reply_of(ask(chat("pdr:x")))["error"]["param"], "model");
    RawClient client(port_);
    client.send(post("/v1/embeddings", R"({"model":"pdr:2","input":"x"})", "Connection: close\r\n"));
    EXPECT_THAT(client.read_all(), HasSubstr("answer /v1/chat/completions, /v1/completions and /v1/responses"));
    EXPECT_TRUE(asked().empty());
}

TEST_F(ChatTest, WhatTheServerRefusesIsRefusedAsItRefusedIt) {
    const auto status = [&](int code, const std::string& body) {
        draft_ = error_reply(code, body);
        return ask(chat("pdr:2")).substr(0, 12);
    };
    EXPECT_EQ(status(401, "no"), "HTTP/1.1 401");
    EXPECT_EQ(status(404, "The model `house` does not exist"), "HTTP/1.1 404");
    EXPECT_EQ(status(400, "no such field"), "HTTP/1.1 400");
}

TEST_F(ChatTest, WithoutASeedEachRequestIsAnother) {
    ask(chat("pdr:2"));
    ask(chat("pdr:2"));
    json fixed = chat("pdr:2");
    fixed["seed"] = 5;
    ask(fixed);
    ask(fixed);
    const std::vector<json> all = asked();
    const auto seed = [&](std::size_t run) { return all[3 * run + 2]["seed"]; };
    EXPECT_NE(seed(0), seed(1));
    EXPECT_EQ(seed(2), seed(3));
}

TEST_F(ChatTest, TheClientsKeyGoesOnWhereTheGatewayHasNone) {
    RawClient client(port_);
    client.send(post(kChat, chat("pdr:2").dump(), "Authorization: Bearer mine\r\nConnection: close\r\n"));
    client.read_all();
    EXPECT_EQ(headers("authorization"), (std::vector<std::string>(3, "Bearer mine")));
}

TEST_F(ChatTest, AServerThatFailsIsAnErrorInThePlaceOfTheAnswer) {
    last_ = error_reply(400, "no such thing");
    const std::string whole = ask(chat("pdr:2"));
    EXPECT_THAT(whole, StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(whole, HasSubstr("no such thing"));
    json body = chat("pdr:2");
    body["stream"] = true;
    const std::string streamed = ask(body);
    EXPECT_THAT(streamed, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(streamed, HasSubstr(R"(data: {"error":{"message":"the final call failed)"));
    EXPECT_THAT(streamed, HasSubstr("data: [DONE]"));
}

TEST_F(ChatTest, AnAnswerThatBreaksOffAndIsBegunAnewIsTheWholeOneAtItsEnd) {
    last_ = stream_of({"the ", "final ", "answer"}, std::nullopt);
    last_.pieces.resize(2);
    last_.close_inside = true;
    last_.between = 20ms;
    json body = chat("pdr:2");
    body["stream"] = true;
    RawClient client(port_);
    client.send(post(kChat, body.dump(), "Connection: close\r\n"));
    for (int i = 0; i < 5000 && asked().size() < 3; ++i) std::this_thread::sleep_for(1ms);
    {
        const std::lock_guard lock(mutex_);
        last_ = stream_of({"another ", "answer"}, MockUsage{30, 3});
    }
    EXPECT_THAT(joined(events_of(client.read_all()), "content"),
                AllOf(StartsWith("the "), EndsWith("begun anew:]\n\nanother answer")));
}

TEST_F(ChatTest, AClientThatHangsUpStopsAllCallsOfItsRequest) {
    draft_.hang = true;
    std::int64_t calls = 0;
    for (const bool stream : {true, false}) {
        calls += 8;
        json body = chat("pdr:8");
        body["stream"] = stream;
        RawClient client(port_);
        client.send(post(kChat, body.dump()));
        for (int i = 0; i < 5000 && upstream_->counts().requests < calls; ++i) std::this_thread::sleep_for(1ms);
        EXPECT_EQ(upstream_->counts().requests, calls);
        const Clock::time_point begin = Clock::now();
        client.hang_up();
        for (int i = 0; i < 5000 && upstream_->counts().hung_up < calls; ++i) std::this_thread::sleep_for(1ms);
        EXPECT_EQ(upstream_->counts().hung_up, calls);
        EXPECT_LT(Clock::now() - begin, 2s);
    }
}

TEST_F(ChatTest, AFieldOfTheRequestMakesAPlainNameAnOperators) {
    json body = chat("house");
    body["retort"] = {{"operator", "pdr:3"}};
    const json reply = reply_of(ask(body));
    EXPECT_EQ(reply["model"], "house");
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 4);
    body["retort"] = json::object();
    EXPECT_EQ(reply_of(ask(body))["usage"]["retort"]["calls"], 1);  // a model was named, and no operator
    body["model"] = "retort";
    EXPECT_EQ(reply_of(ask(body))["usage"]["retort"]["calls"], 5);  // pdr:4, the prompt set's own
}

TEST_F(ChatTest, CallsCanBeFollowedFromServerToServer) {
    const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    ask(chat("pdr:2"), "traceparent: " + trace + "\r\ntracestate: a=1\r\nX-Request-Id: mine\r\n");
    EXPECT_EQ(headers("traceparent"), std::vector<std::string>(3, trace));
    EXPECT_EQ(headers("tracestate"), std::vector<std::string>(3, "a=1"));
    EXPECT_EQ(headers("x-request-id"), std::vector<std::string>(3, "mine"));
}

TEST_F(ChatTest, CallsHaveTheIdOfTheReplyWhereTheClientGaveNone) {
    const json reply = reply_of(ask(chat("pdr:2"), "X-Request-Id: " + std::string(600, 'x') + "\r\n"));
    const std::string id = reply["id"].get<std::string>().substr(std::string("chatcmpl-").size());
    EXPECT_EQ(headers("x-request-id"), std::vector<std::string>(3, id));
    EXPECT_EQ(headers("traceparent"), std::vector<std::string>(3, ""));
}

TEST_F(ChatTest, PagesOfTheNamedOriginsAloneMayAskFromABrowser) {
    draft_.headers = last_.headers = {"Access-Control-Allow-Origin: *"};  // as llama-server says
    gateway::GatewayOptions with;
    with.rules.origins = {"https://chat.example"};
    start(std::move(with));
    const std::string preflight =
        "OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: https://chat.example\r\n"
        "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n\r\n";
    EXPECT_THAT(gateway_->said(preflight), AllOf(StartsWith("HTTP/1.1 204"), HasSubstr("Allow-Headers: authorization"),
                                                 HasSubstr("Allow-Origin: https://chat.example\r\n")));
    for (const char* model : {"pdr:2", "house"}) {
        EXPECT_THAT(ask(chat(model), "Origin: https://chat.example\r\n"),
                    HasSubstr("Access-Control-Allow-Origin: https://chat.example\r\nAccess-Control-Expose"));
        EXPECT_THAT(ask(chat(model), "Origin: https://other.example\r\n"), Not(HasSubstr("Access-Control")));
        EXPECT_THAT(ask(chat(model)), Not(HasSubstr("Access-Control")));
    }
    const std::string page = "Host: localhost\r\nConnection: close\r\nOrigin: https://chat.example\r\n\r\n";
    EXPECT_THAT(gateway_->said("GET /retort/history HTTP/1.1\r\n" + page), Not(HasSubstr("Access-Control")));
    const std::size_t before = asked().size();
    EXPECT_THAT(gateway_->said("OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: "
                               "https://other.example\r\nAccess-Control-Request-Method: POST\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 204"), Not(HasSubstr("Access-Control"))));
    EXPECT_EQ(asked().size(), before);
}

TEST_F(ChatTest, ABudgetThatIsTooSmallIsNamedAsTheRequestHasIt) {
    for (const std::string field : {"budget_seq", "budget_total"}) {
        json body = chat("pdr:2");
        body["retort"] = {{field, 5}};
        const std::string answer = ask(body);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
        EXPECT_THAT(answer, HasSubstr("retort." + field + " 5 is too small"));
        EXPECT_THAT(answer, Not(HasSubstr("--")));
    }
}

TEST_F(ChatTest, SettingsStandInTheRequest) {
    json body = chat("cot");
    body["retort"] = {{"operator", "pdr:2"}, {"progress", "off"}};
    body["max_tokens"] = 100;
    body["temperature"] = 0.25;
    const json reply = reply_of(ask(body));
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 3);
    EXPECT_FALSE(reply["choices"][0]["message"].contains("reasoning_content"));
    for (const json& call : asked()) {
        EXPECT_EQ(call["max_tokens"], 100);
        EXPECT_EQ(call["temperature"], 0.25);
    }
}

}  // namespace
}  // namespace retort::test

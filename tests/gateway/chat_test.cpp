// Chats that operators answer, through the whole gateway.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>

#include "gateway/gateway.h"
#include "gateway/loop_thread.h"
#include "gateway/raw_client.h"
#include "model/http/http_model.h"
#include "support/mock_server.h"

namespace retort::test {
namespace {

using namespace std::chrono_literals;
using gateway::Gateway;
using gateway::GatewayOptions;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Clock = std::chrono::steady_clock;

constexpr const char* kChat = "/v1/chat/completions";

class ChatTest : public testing::Test {
  protected:
    void SetUp() override {
        MockOptions upstream;
        upstream.script = [this](const MockRequest& request) { return script(request); };
        upstream_ = std::make_unique<MockServer>(upstream);
        GatewayOptions options;
        gateway::UpstreamOptions upstream_options;
        upstream_options.origin.url = upstream_->url();
        upstream_options.model.base_url = upstream_->url();
        upstream_options.model.dialect = *dialect_named("generic");
        options.retry.base_delay = 1ms;
        options.rules.upstreams.push_back(std::move(upstream_options));
        options.rules.model = "house";
        options.server.port = 0;
        for (const PromptSet& set : compiled_prompt_sets())
            if (set.name == "chat") options.prompts = set;
        there_.run([&] {
            auto gateway = Gateway::start(there_.loop(), std::move(options));
            ASSERT_TRUE(gateway) << gateway.error().message;
            gateway_ = std::move(*gateway);
            port_ = gateway_->port();
        });
    }

    void TearDown() override {
        there_.await([this]() { return gateway_->drain(0ms); });
        there_.run([this] { gateway_.reset(); });
    }

    // Drafts say "draft", the last call says "final answer".
    std::optional<MockReply> script(const MockRequest& request) {
        if (request.method != "POST") return std::nullopt;
        const std::lock_guard lock(mutex_);
        asked_.push_back(request.json);
        const auto key = request.headers.find("authorization");
        keys_.push_back(key == request.headers.end() ? "" : key->second);
        if (is_last(request.json)) return last_;
        return draft_;
    }

    static bool is_last(const json& body) {
        const std::string all = body["messages"].dump();
        return all.find("Notes for you alone") != std::string::npos;
    }

    std::vector<json> asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

    std::string ask(const json& body) {
        RawClient client(port_);
        client.send(post(kChat, body.dump(), "Connection: close\r\n"));
        return client.read_all();
    }

    static json reply_of(const std::string& answer) { return json::parse(answer.substr(answer.find("\r\n\r\n") + 4)); }

    // The events of a stream, without the chunks of HTTP.
    static std::vector<json> events_of(const std::string& answer) {
        std::vector<json> out;
        for (std::size_t at = answer.find("data: {"); at != std::string::npos; at = answer.find("data: {", at + 1))
            out.push_back(json::parse(answer.substr(at + 6, answer.find("\n\n", at) - at - 6)));
        return out;
    }

    static std::string joined(const std::vector<json>& events, const char* field) {
        std::string out;
        for (const json& event : events)
            for (const json& choice : event.value("choices", json::array()))
                if (choice["delta"].contains(field) && choice["delta"][field].is_string())
                    out += choice["delta"][field];
        return out;
    }

    static json chat(const std::string& model) {
        return {{"model", model}, {"messages", {{{"role", "user"}, {"content", "What is it?"}}}}};
    }

    LoopThread there_;
    std::unique_ptr<MockServer> upstream_;
    std::unique_ptr<Gateway> gateway_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::vector<json> asked_;
    std::vector<std::string> keys_;
    MockReply draft_ = stream_of({"a ", "draft"}, MockUsage{10, 2});
    MockReply last_ = stream_of({"the ", "final ", "answer"}, MockUsage{30, 3});
};

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
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(keys_, (std::vector<std::string>(3, "Bearer mine")));
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
    EXPECT_EQ(reply_of(ask(body))["usage"]["retort"]["calls"], 5);  // pdr:4, the prompt set's own
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

#include "gateway/gateway.h"

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>

#include "gateway/running_gateway.h"
#include "support/mock_server.h"

namespace retort::test {
namespace {

using namespace std::chrono_literals;
using gateway::GatewayOptions;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Clock = std::chrono::steady_clock;

// A gateway before a server that tells what it was asked.
class GatewayTest : public testing::Test {
  protected:
    void start(GatewayOptions options = {}) {
        MockOptions upstream;
        upstream.script = [this](const MockRequest& request) { return script(request); };
        upstream_ = std::make_unique<MockServer>(upstream);
        if (options.rules.upstreams.empty()) options.rules.upstreams.emplace_back();
        if (options.rules.upstreams[0].origin.url.empty()) options.rules.upstreams[0].origin.url = upstream_->url();
        options.rules.upstreams[0].health = "/health";
        gateway_ = std::make_unique<RunningGateway>(std::move(options));
        port_ = gateway_->port();
    }

    std::optional<MockReply> script(const MockRequest& request) {
        if (request.path == "/health") return std::nullopt;
        const std::lock_guard lock(mutex_);
        asked_.push_back(request);
        return reply_;
    }

    MockRequest last() {
        const std::lock_guard lock(mutex_);
        return asked_.at(asked_.size() - 1);
    }

    bool reached(std::size_t requests) {
        const std::lock_guard lock(mutex_);
        return asked_.size() >= requests;
    }

    static MockReply reply(std::vector<std::string> pieces) {
        MockReply out;
        out.pieces = std::move(pieces);
        return out;
    }

    std::string ask(const std::string& request) {
        RawClient client(port_);
        client.send(request);
        return client.read_all();
    }

    std::unique_ptr<MockServer> upstream_;
    std::unique_ptr<RunningGateway> gateway_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::vector<MockRequest> asked_;
    std::optional<MockReply> reply_ = reply({R"({"answer": 1})"});
};

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kClose = "Connection: close\r\n";

TEST_F(GatewayTest, APlainNameIsHandedOnByteForByte) {
    start();
    const std::string body =
        "{ \"model\":\"qwen\",\"x\\u0041\" : [1.00, {\"deep\": null}],\n \"tools\":[], \"stream\":false }";
    const std::string answer = ask(
        post(kChat, body, "X-Request-Id: 7\r\nAuthorization: Bearer mine\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n{\"answer\": 1}"));
    EXPECT_EQ(last().body, body);
    EXPECT_EQ(last().path, kChat);
    EXPECT_EQ(last().headers.at("x-request-id"), "7");
    EXPECT_EQ(last().headers.at("authorization"), "Bearer mine");
    EXPECT_FALSE(last().headers.contains("x-hop"));
}

TEST_F(GatewayTest, OnlyTheNameChangesWhereItIsOurs) {
    GatewayOptions options;
    options.rules.model = "house-model";
    options.rules.aliases.emplace("quick", "@small");
    options.rules.aliases.emplace("plain", "small-model");
    options.rules.upstreams.emplace_back().model.api_key = "theirs";
    start(std::move(options));
    for (const auto& [asked, got] : std::map<std::string, std::string>{{"@qwen", "qwen"},
                                                                       {"cot", "house-model"},
                                                                       {"retort/cot@big", "big"},
                                                                       {"quick", "small"},
                                                                       {"plain", "small-model"}}) {
        ask(post(kChat, "{\"a\":1, \"model\": \"" + asked + "\" , \"z\":2}",
                 std::string(kClose) + "Authorization: Bearer mine\r\n"));
        EXPECT_EQ(last().body, "{\"a\":1, \"model\": \"" + got + "\" , \"z\":2}");
        EXPECT_EQ(last().headers.at("authorization"), "Bearer theirs");
    }
}

TEST_F(GatewayTest, StreamsPieceByPiece) {
    MockReply slow = reply({"data: 1\n\n", "data: 2\n\n", "data: [DONE]\n\n"});
    slow.between = 300ms;
    slow.chunked = true;
    slow.content_type = "text/event-stream";
    start();
    reply_ = slow;
    RawClient client(port_);
    const Clock::time_point begin = Clock::now();
    client.send(post(kChat, R"({"model":"m","stream":true})"));
    client.read_until("data: 1\n\n");
    EXPECT_LT(Clock::now() - begin, 280ms + 300ms);
    client.read_until("data: [DONE]\n\n");
    EXPECT_GT(Clock::now() - begin, 500ms);
    client.read_until("0\r\n\r\n");
}

TEST_F(GatewayTest, ErrorsHaveTheShapeThatClientsRead) {
    start();
    const std::string no_json = ask(post(kChat, "hello", kClose));
    EXPECT_THAT(no_json, StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(no_json, HasSubstr(R"({"error":{"message":"the body is no JSON object)"));
    EXPECT_THAT(ask(post(kChat, "{}", kClose)), HasSubstr(R"("param":"model")"));
    EXPECT_THAT(ask("GET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(ask(post(kChat, "{}", std::string(kClose) + "Content-Encoding: gzip\r\n")),
                StartsWith("HTTP/1.1 415 "));
    EXPECT_TRUE(asked_.empty());
}

TEST_F(GatewayTest, WhatTheServerRefusesIsHandedOnToo) {
    start();
    reply_ = reply({R"({"error":{"message":"no"}})"});
    reply_->status = 422;
    reply_->headers = {"X-Why: because"};
    const std::string answer = ask(post(kChat, R"({"model":"m"})", kClose));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 422 "));
    EXPECT_THAT(answer, HasSubstr("X-Why: because\r\n"));
    EXPECT_THAT(answer, EndsWith(R"({"error":{"message":"no"}})"));
}

TEST_F(GatewayTest, AServerThatIsNotThereIsSaid) {
    GatewayOptions options;
    options.rules.upstreams.emplace_back().origin.url = "http://127.0.0.1:1/v1";
    start(std::move(options));
    const std::string answer = ask(post(kChat, R"({"model":"m"})", kClose));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 502 "));
    EXPECT_THAT(answer, HasSubstr(R"("code":"upstream_unreachable")"));
}

TEST_F(GatewayTest, AnAnswerThatBreaksOffBreaksOffForTheClient) {
    start();
    reply_ = reply({"data: 1\n\n"});
    reply_->chunked = true;
    reply_->close_inside = true;
    const std::string answer = ask(post(kChat, R"({"model":"m"})"));
    EXPECT_THAT(answer, HasSubstr("data: 1"));
    EXPECT_THAT(answer, Not(HasSubstr("0\r\n\r\n")));
}

TEST_F(GatewayTest, AConnectionThatTheServerClosedMeanwhileIsMadeAnew) {
    start();
    reply_->close_after = true;
    for (int i = 0; i < 5; ++i) EXPECT_THAT(ask(post(kChat, R"({"model":"m"})", kClose)), StartsWith("HTTP/1.1 200 "));
}

TEST_F(GatewayTest, AClientThatHangsUpStopsTheServersCall) {
    start();
    reply_ = reply({"data: 1\n\n"});
    reply_->chunked = true;
    reply_->hang = true;
    for (const bool seen : {true, false}) {
        RawClient client(port_);
        if (!seen) reply_->latency = 10s;
        client.send(post(kChat, R"({"model":"m","stream":true})"));
        if (seen) client.read_until("data: 1");
        const std::size_t wanted = seen ? 1 : 2;
        for (int i = 0; i < 5000 && !reached(wanted); ++i) std::this_thread::sleep_for(1ms);
        const std::int64_t before = upstream_->counts().open;
        EXPECT_GT(before, 0);
        client.hang_up();
        for (int i = 0; i < 5000 && upstream_->counts().open == before; ++i) std::this_thread::sleep_for(1ms);
        EXPECT_LT(upstream_->counts().open, before) << seen;
    }
}

TEST_F(GatewayTest, OtherPathsOfTheApiAreHandedOn) {
    start();
    const std::string answer = ask("GET /v1/files?x=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(last().path, "/v1/files?x=1");
    EXPECT_THAT(ask("GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), HasSubstr(R"({"status":"ok"})"));
}

}  // namespace
}  // namespace retort::test

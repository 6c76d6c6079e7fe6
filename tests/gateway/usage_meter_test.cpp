// Tokens of what is handed on: read as it passes by, and counted for its key.
#include "gateway/api/usage_meter.h"

#include <gmock/gmock.h>

#include "gateway/running_gateway.h"
#include "support/mock_server.h"

namespace retort::test {
namespace {

using gateway::Headers;
using gateway::UsageMeter;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kJson = "application/json";
constexpr const char* kEvents = "text/event-stream; charset=utf-8";

std::int64_t tokens_of(const std::string& type, const std::string& body, std::size_t piece = 1'000'000) {
    UsageMeter meter;
    meter.begin({200, {{"Content-Type", type}}});
    for (std::size_t at = 0; at < body.size(); at += piece) meter.read(std::string_view(body).substr(at, piece));
    return meter.tokens();
}

constexpr const char* kChatAnswer =
    R"({"id":"x","choices":[{"message":{"content":"\"usage\":{\"total_tokens\":900} \\"},"usage":{"total_tokens":800}}],
        "usage" : {"prompt_tokens":12,"completion_tokens":30,"total_tokens":42,"details":{"a":[1,{}],"b":"}"}},"z":1})";

constexpr const char* kChatStream =
    "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\r\n\r\n"
    ": a comment with {\"usage\":{\"total_tokens\":900}}\r\n\r\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\ndata: \"completion_tokens\":7}}\n\n"
    "data: [DONE]\n\n";

TEST(UsageMeter, ReadsTheUsageOfAWholeAnswerAlone) {
    EXPECT_EQ(tokens_of(kJson, kChatAnswer), 42);
    EXPECT_EQ(tokens_of(kJson, R"({"data":[{"embedding":[0.1,-2e3]}],"usage":{"prompt_tokens":8,"total_tokens":8}})"),
              8);
    EXPECT_EQ(tokens_of(kJson, R"({"usage":{"input_tokens":3,"output_tokens":4}})"), 7);
}

TEST(UsageMeter, ReadsTheLastUsageOfAStream) {
    EXPECT_EQ(tokens_of(kEvents, kChatStream), 12);
    EXPECT_EQ(tokens_of(kEvents,
                        "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"output\":[],"
                        "\"usage\":{\"input_tokens\":10,\"output_tokens\":5,\"total_tokens\":15}}}\n\n"),
              15);
    EXPECT_EQ(tokens_of(kEvents,
                        "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10,"
                        "\"output_tokens\":1}}}\n\n"
                        "data: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":6}}\n\n"),
              16);
}

TEST(UsageMeter, PiecesMayBreakAnywhere) {
    for (std::size_t piece = 1; piece < 40; ++piece) {
        EXPECT_EQ(tokens_of(kJson, kChatAnswer, piece), 42) << piece;
        EXPECT_EQ(tokens_of(kEvents, kChatStream, piece), 12) << piece;
    }
}

TEST(UsageMeter, AStreamWithoutUsageCountsItsPieces) {
    EXPECT_EQ(tokens_of(kEvents,
                        "data: {\"choices\":[{\"delta\":{}}]}\n\ndata: {\"choices\":[{\"delta\":{}}]}\n\n"
                        "data: [DONE]\n\n"),
              2);
    EXPECT_EQ(tokens_of(kEvents,
                        "data: {\"type\":\"response.created\",\"response\":{}}\n\n"
                        "data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n"),
              1);
    EXPECT_EQ(tokens_of(kEvents, "data: {\"choices\":[{\"delta\""), 1);
}

TEST(UsageMeter, WhatIsNoNumberOfTokensSaysNothing) {
    for (const char* usage :
         {R"({"total_tokens":-5})", R"({"total_tokens":"9"})", R"({"total_tokens":1e300})", "{}", "[1]", "null", "{"})
        EXPECT_EQ(tokens_of(kJson, std::string(R"({"usage":)") + usage + "}"), 0) << usage;
    EXPECT_EQ(tokens_of(kJson, R"({"usage":{"x":")" + std::string(100'000, 'x') + R"(","total_tokens":5}})"), 0);
    EXPECT_EQ(tokens_of(kJson, "]]}}{\"usage\":{\"total_tokens\":5}}"), 5);
    EXPECT_EQ(tokens_of("text/html", kChatAnswer), 0);
}

TEST(UsageMeter, APackedAnswerAndOneThatFailedCountNothing) {
    UsageMeter meter;
    meter.begin({200, {{"Content-Type", kJson}, {"Content-Encoding", "gzip"}}});
    meter.read(kChatAnswer);
    EXPECT_EQ(meter.tokens(), 0);
    meter.begin({200, {{"Content-Type", kJson}}});
    meter.read(kChatAnswer);
    meter.begin({200, {{"Content-Type", kJson}}});
    EXPECT_EQ(meter.tokens(), 0);
}

// A gateway whose one key has `tokens` a minute, before a server that answers as it is told.
class MeteredKeyTest : public testing::Test {
  protected:
    void start(double tokens) {
        MockOptions upstream;
        upstream.script = [this](const MockRequest& request) {
            return request.method == "POST" ? std::optional(reply_) : std::nullopt;
        };
        gateway_.reset();
        server_ = std::make_unique<MockServer>(upstream);
        gateway::GatewayOptions options;
        options.rules.upstreams.emplace_back().origin.url = server_->url();
        options.rules.keys.push_back(
            {"ann", "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", 0, tokens});  // "secret"
        gateway_ = std::make_unique<RunningGateway>(std::move(options));
    }

    std::string ask(const std::string& path) {
        return gateway_->ask(path, chat("m"), "Authorization: Bearer secret\r\n");
    }

    MockReply reply_;
    std::unique_ptr<MockServer> server_;
    std::unique_ptr<RunningGateway> gateway_;
};

TEST_F(MeteredKeyTest, WhatIsHandedOnCountsAgainstTheKeysTokens) {
    reply_.pieces = {R"({"data":[],"usa)", R"(ge":{"prompt_tokens":50,"total_tokens":50}})"};
    start(40);
    const std::string answer = ask("/v1/embeddings");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n" + reply_.pieces[0] + reply_.pieces[1]));
    EXPECT_THAT(ask("/v1/embeddings"), HasSubstr("tokens of this minute"));
}

TEST_F(MeteredKeyTest, AStreamsUsageCountsAndItsBytesStay) {
    reply_ = stream_of({"a ", "b"}, MockUsage{30, 20});
    start(40);
    const std::string answer = ask("/v1/chat/completions");
    for (const std::string& piece : reply_.pieces) EXPECT_THAT(answer, HasSubstr(piece.substr(0, piece.find('\n'))));
    EXPECT_THAT(ask("/v1/chat/completions"), StartsWith("HTTP/1.1 429 "));
}

TEST_F(MeteredKeyTest, AKeyWithoutALimitIsNotHeldUp) {
    reply_.pieces = {R"({"usage":{"total_tokens":1000000}})"};
    start(0);
    for (int i = 0; i < 3; ++i) EXPECT_THAT(ask("/v1/embeddings"), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace retort::test

#include "gateway/http/server.h"

#include <gmock/gmock.h>

#include <atomic>

#include "async/sleep.h"
#include "gateway/loop_thread.h"
#include "gateway/raw_client.h"

namespace retort::test {
namespace {

using namespace std::chrono_literals;
using gateway::Exchange;
using gateway::ReplyHead;
using gateway::Server;
using gateway::ServerOptions;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Clock = std::chrono::steady_clock;

// A server whose answers are told by the path that is asked for.
class ServerTest : public testing::Test {
  protected:
    void start(ServerOptions options = {}) {
        options.port = 0;
        gateway::ServerHooks hooks;
        hooks.handle = [this](Exchange& exchange) { return answer(exchange); };
        hooks.refusal_body = [](const gateway::Refusal& refusal) { return "refused: " + refusal.message; };
        hooks.failed = [this](const std::string&) { ++failed_; };
        there_.run([&] {
            server_ = std::make_unique<Server>(there_.loop(), options, hooks);
            EXPECT_TRUE(server_->listen());
            port_ = server_->port();
        });
    }

    void TearDown() override {
        if (!server_) return;
        there_.await([this]() { return server_->drain(0ms); });
        there_.run([this] { server_.reset(); });
    }

    Task<void> answer(Exchange& exchange) {
        const std::string path(exchange.head().path());
        if (path == "/wait") {
            ++waiting_;
            const Clock::time_point begin = Clock::now();
            const bool whole = co_await sleep_for(10s, exchange.stop());
            stopped_after_ = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
            if (!whole) ++stopped_;
            co_await exchange.send({}, "waited");
        } else if (path == "/throw") {
            throw std::runtime_error("on purpose");
        } else if (path == "/nothing") {
            co_return;
        } else if (path == "/pieces") {
            exchange.begin({200, {{"X-Kind", "stream"}}}, std::nullopt);
            for (const std::string piece : {"one ", "two ", "three"}) co_await exchange.piece(piece);
            co_await exchange.end();
        } else if (path == "/abandon") {
            exchange.begin({}, std::nullopt);
            co_await exchange.piece("half");
            exchange.abandon();
        } else if (path == "/flood") {
            const std::string piece(64 * 1024, 'x');
            exchange.begin({}, std::nullopt);
            bool wanted = true;
            while (wanted) {
                wanted = co_await exchange.piece(piece);
                flooded_ += static_cast<std::int64_t>(piece.size());
            }
        } else {
            std::string body = exchange.head().method + " " + path + " " + exchange.body();
            co_await exchange.send({200, {{"Content-Type", "text/plain"}}}, std::move(body));
        }
    }

    gateway::ServerCounts counts() {
        return there_.run([this] { return server_->counts(); });
    }

    // The condition must come true within a few seconds.
    template <class Condition>
    void wait_for(Condition condition) {
        const Clock::time_point end = Clock::now() + 10s;
        while (!condition() && Clock::now() < end) std::this_thread::sleep_for(1ms);
        EXPECT_TRUE(condition());
    }

    LoopThread there_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
    std::atomic<int> waiting_{0}, stopped_{0}, failed_{0};
    std::atomic<std::chrono::milliseconds> stopped_after_{0ms};
    std::atomic<std::int64_t> flooded_{0};
};

TEST_F(ServerTest, AnswersOneRequestAfterAnotherOnAConnection) {
    start();
    RawClient client(port_);
    for (int i = 0; i < 3; ++i) {
        client.send(post("/a", "body"));
        const std::string reply = client.read_until("POST /a body");
        EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
        EXPECT_THAT(reply, HasSubstr("Content-Length: 12\r\n"));
    }
    client.send(get("/a") + get("/b"));  // both before the first is answered
    client.read_until("GET /a ");
    client.read_until("GET /b ");
    EXPECT_EQ(counts().connections, 1U);
}

TEST_F(ServerTest, StreamsInChunksAndToOldClientsUntilTheEndOfTheConnection) {
    start();
    RawClient client(port_);
    client.send(get("/pieces"));
    const std::string reply = client.read_until("\r\n0\r\n\r\n");
    EXPECT_THAT(reply,
                HasSubstr("X-Kind: stream\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none \r\n4\r\ntwo \r\n5\r\nthree"));
    RawClient old(port_);
    old.send("GET /pieces HTTP/1.0\r\n\r\n");
    EXPECT_THAT(old.read_all(), HasSubstr("Connection: close\r\n\r\none two three"));
}

TEST_F(ServerTest, ReadsABodyInChunks) {
    start();
    RawClient client(port_);
    client.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    client.read_until("POST /a abcde");
}

TEST_F(ServerTest, ToldThatTheClientWaitsToBeAskedItAsksForTheBody) {
    start();
    RawClient client(port_);
    client.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    client.read_until("HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    client.read_until("POST /a abc");
}

TEST_F(ServerTest, RefusesWhatTwoReadersWouldReadDifferently) {
    start();
    for (const std::string request :
         {"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b "
          "HTTP/1.1\r\n\r\n",
          "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
          "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", "POST /a HTTP/1.1\r\nHost : h\r\n\r\n",
          "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
          "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET\r\n\r\n", "POST /a HTTP/9.9\r\n\r\n"}) {
        RawClient client(port_);
        client.send(request);
        client.close_sending();
        const std::string reply = client.read_all();
        EXPECT_THAT(reply, StartsWith("HTTP/1.1 400 ")) << request;
        EXPECT_THAT(reply, Not(HasSubstr("/b")));
    }
}

TEST_F(ServerTest, BoundsHeadAndBody) {
    ServerOptions options;
    options.most_head_bytes = 1000;
    options.most_body_bytes = 100;
    start(options);
    RawClient head(port_);
    head.send("GET /a HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
    EXPECT_THAT(head.read_all(), StartsWith("HTTP/1.1 431 "));
    RawClient body(port_);
    body.send(post("/a", std::string(101, 'x')));
    EXPECT_THAT(body.read_all(), StartsWith("HTTP/1.1 413 "));
    RawClient chunks(port_);
    chunks.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string("65\r\n") +
                std::string(101, 'x') + "\r\n0\r\n\r\n");
    EXPECT_THAT(chunks.read_all(), StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(counts().malformed, 3);
}

TEST_F(ServerTest, WhoSendsTooSlowlyIsTurnedAway) {
    ServerOptions options;
    options.head_time = 200ms;
    options.body_time = 200ms;
    options.idle_time = 200ms;
    start(options);
    RawClient silent(port_);
    EXPECT_EQ(silent.read_all(), "");
    RawClient head(port_);
    head.send("GET /a HTTP/1.1\r\nX-Slow: ");
    EXPECT_THAT(head.read_all(), StartsWith("HTTP/1.1 408 "));
    RawClient body(port_);
    body.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nab");
    EXPECT_THAT(body.read_all(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, NoticesAClientThatHangsUpWhileItWaits) {
    start();
    const std::vector<std::function<void(RawClient&)>> ways{
        [](RawClient& client) { client.hang_up(); },
        [](RawClient& client) { client.reset(); },
        [](RawClient& client) { client.close_sending(); },
        [](RawClient& client) {
            client.send(get("/next"));  // unread bytes must not hide it
            client.hang_up();
        },
    };
    for (std::size_t i = 0; i < ways.size(); ++i) {
        RawClient client(port_);
        client.send(get("/wait"));
        wait_for([&] { return waiting_ == static_cast<int>(i) + 1; });
        const Clock::time_point begin = Clock::now();
        ways[i](client);
        wait_for([&] { return stopped_ == static_cast<int>(i) + 1; });
        EXPECT_LT(Clock::now() - begin, 2s);
    }
    wait_for([&] { return counts().connections == 0; });
}

TEST_F(ServerTest, AnAnswerThatBreaksOffHasNoEnd) {
    start();
    for (const std::string path : {"/abandon", "/throw", "/nothing"}) {
        RawClient client(port_);
        client.send(get(path));
        EXPECT_THAT(client.read_all(), Not(HasSubstr("0\r\n\r\n"))) << path;
    }
    EXPECT_EQ(failed_, 1);
    RawClient client(port_);
    client.send(get("/still"));
    client.read_until("GET /still");
}

TEST_F(ServerTest, AClientThatDoesNotReadHoldsUpItsAnswerAndIsLeft) {
    ServerOptions options;
    options.write_time = 300ms;
    start(options);
    RawClient client(port_);
    client.send(get("/flood"));
    wait_for([&] { return counts().exchanges == 1; });
    wait_for([&] { return counts().connections == 0; });
    EXPECT_LT(flooded_, std::int64_t{64} << 20);  // what the kernel's buffers take, and no more
}

TEST_F(ServerTest, PastItsLimitConnectionsAreTurnedAway) {
    ServerOptions options;
    options.most_connections = 2;
    start(options);
    RawClient one(port_), two(port_);
    one.send(get("/a"));
    one.read_until("GET /a");
    two.send(get("/a"));
    two.read_until("GET /a");
    RawClient three(port_);
    EXPECT_THAT(three.read_all(), StartsWith("HTTP/1.1 503 "));
    EXPECT_EQ(counts().refused, 1);
    one.hang_up();
    wait_for([&] { return counts().connections == 1; });
    RawClient four(port_);
    four.send(get("/b"));
    four.read_until("GET /b");
}

TEST_F(ServerTest, DrainingLetsTheOnesUnderWayFinishAndTakesNoMore) {
    start();
    RawClient idle(port_), busy(port_);
    idle.send(get("/a"));
    idle.read_until("GET /a ");
    busy.send(get("/wait"));
    wait_for([&] { return waiting_ == 1; });
    const Clock::time_point begin = Clock::now();
    there_.await([this]() { return server_->drain(300ms); });
    EXPECT_GE(Clock::now() - begin, 250ms);
    EXPECT_EQ(stopped_, 1);
    EXPECT_EQ(idle.read_all(), "");
    EXPECT_THAT(busy.read_all(), HasSubstr("Connection: close"));
    EXPECT_EQ(counts().connections, 0U);
}

TEST_F(ServerTest, DrainingDoesNotWaitForTheRestOfARequest) {
    start();
    RawClient half(port_);
    half.send("GET /a HTTP/1.1\r\nHost:");
    wait_for([&] { return counts().connections == 1; });
    std::this_thread::sleep_for(50ms);  // until it was read
    const Clock::time_point begin = Clock::now();
    there_.await([this]() { return server_->drain(10'000ms); });
    EXPECT_LT(Clock::now() - begin, 4s);
}

TEST_F(ServerTest, APortThatIsTakenIsSaid) {
    start();
    there_.run([this] {
        ServerOptions options;
        options.port = port_;
        Server second(there_.loop(), options, {});
        const auto listening = second.listen();
        ASSERT_FALSE(listening);
        EXPECT_THAT(listening.error().message, HasSubstr("cannot listen on 127.0.0.1:"));
    });
}

}  // namespace
}  // namespace retort::test

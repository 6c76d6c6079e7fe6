#include "model/http/http_client.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "async/nursery.h"
#include "http/harness.h"
#include "model/http/open_files.h"
#include "support/hang_up_server.h"

namespace retort {
namespace {

using namespace std::chrono_literals;
using test::HttpBench;
using test::MockOptions;
using test::MockReply;
using test::MockRequest;

MockReply plain(std::vector<std::string> pieces) {
    MockReply reply;
    reply.content_type = "text/plain";
    reply.pieces = std::move(pieces);
    return reply;
}

MockOptions always(MockReply reply) {
    MockOptions options;
    options.script = [reply](const MockRequest&) { return reply; };
    return options;
}

HttpRequest post(const HttpBench& bench, std::string body = "hello") {
    HttpRequest request;
    request.post = true;
    request.url = bench.server.url() + "/completions";
    request.body = std::move(body);
    return request;
}

struct Got {
    HttpResult result;
    std::string body;
};

Task<Got> send(HttpClient* client, HttpRequest request, std::stop_token stop) {
    Got got;
    OnBody on_body = [&got](const HttpHead&, std::string_view chunk) {
        got.body.append(chunk);
        return BodyVerdict::more;
    };
    got.result = co_await client->send(std::move(request), std::move(on_body), std::move(stop));
    co_return got;
}

TEST(HttpClient, GivesHeadAndBody) {
    MockReply reply = plain({"one ", "two"});
    reply.status = 429;
    reply.headers = {"Retry-After: 17"};
    HttpBench bench(always(reply));
    const Got got = bench.run(send(bench.client.get(), post(bench), {}));
    EXPECT_EQ(got.result.failure, HttpFailure::none);
    EXPECT_EQ(got.result.head.status, 429);
    EXPECT_EQ(got.result.head.retry_after, "17");
    EXPECT_EQ(got.result.head.content_type, "text/plain");
    EXPECT_EQ(got.body, "one two");
    EXPECT_EQ(got.result.body_bytes, 7u);
}

TEST(HttpClient, SendsLargeBodiesWhole) {
    MockOptions options;
    options.script = [](const MockRequest& request) { return plain({std::to_string(request.body.size())}); };
    HttpBench bench(options);
    const Got got = bench.run(send(bench.client.get(), post(bench, std::string(5 << 20, 'x')), {}));
    EXPECT_EQ(got.body, std::to_string(5 << 20));
}

TEST(HttpClient, KeepsConnections) {
    HttpBench bench(always(plain({"x"})));
    for (int i = 0; i < 5; ++i) bench.run(send(bench.client.get(), post(bench), {}));
    EXPECT_EQ(bench.server.counts().requests, 5);
    EXPECT_EQ(bench.server.counts().open, 1);
}

TEST(HttpClient, ADeadKeptConnectionIsNoSilentSecondPost) {
    MockOptions options;
    options.script = [](const MockRequest& request) {
        MockReply reply = plain({"x"});
        reply.close_before = request.index == 1;
        return reply;
    };
    HttpBench bench(options);
    EXPECT_EQ(bench.run(send(bench.client.get(), post(bench), {})).result.failure, HttpFailure::none);
    EXPECT_EQ(bench.run(send(bench.client.get(), post(bench), {})).result.failure, HttpFailure::not_resent);
    EXPECT_EQ(bench.server.counts().requests, 2);
    EXPECT_EQ(bench.run(send(bench.client.get(), post(bench), {})).result.failure, HttpFailure::none);
}

TEST(HttpClient, AConnectionThatBreaksIsTold) {
    MockReply before = plain({"x"});
    before.close_before = true;
    HttpBench cut_before(always(before));
    EXPECT_EQ(cut_before.run(send(cut_before.client.get(), post(cut_before), {})).result.failure, HttpFailure::broken);

    MockReply inside = plain({"x"});
    inside.chunked = true;
    inside.close_inside = true;
    HttpBench cut_inside(always(inside));
    const Got got = cut_inside.run(send(cut_inside.client.get(), post(cut_inside), {}));
    EXPECT_EQ(got.result.failure, HttpFailure::broken);
    EXPECT_EQ(got.body, "x");

    MockReply half = plain({"x"});
    half.announced = 10;
    half.close_inside = true;
    HttpBench too_short(always(half));
    EXPECT_EQ(too_short.run(send(too_short.client.get(), post(too_short), {})).result.failure, HttpFailure::broken);
}

TEST(HttpClient, NobodyListening) {
    HttpBench bench;
    HttpRequest request = post(bench);
    request.url = "http://127.0.0.1:1/v1";
    EXPECT_EQ(bench.run(send(bench.client.get(), std::move(request), {})).result.failure, HttpFailure::refused);
}

// No certificate was seen, and nothing was sent.
TEST(HttpClient, AHandshakeThatFailsIsToldFromACertificate) {
    HttpBench bench;
    const test::HangUpServer server;
    HttpRequest request = post(bench);
    request.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/v1";
    EXPECT_EQ(bench.run(send(bench.client.get(), std::move(request), {})).result.failure, HttpFailure::handshake);
}

TEST(HttpClient, ARedirectMayBeRelative) {
    EXPECT_EQ(url_of_redirect("http://h:1/a/b?c", "/d"), "http://h:1/d");
    EXPECT_EQ(url_of_redirect("http://h:1/a/b?c", "d?e"), "http://h:1/a/d?e");
    EXPECT_EQ(url_of_redirect("https://h/a", "//other/d"), "https://other/d");
    EXPECT_EQ(url_of_redirect("http://h/a", "https://other/d"), "https://other/d");
    EXPECT_EQ(url_of_redirect("http://h/a", ""), "");
}

TEST(HttpClient, AnAddressThatIsPointedToMayBeLong) {
    const std::string signed_url = "https://store/file?signature=" + std::string(2000, 'a');
    MockReply reply = plain({""});
    reply.status = 302;
    reply.headers = {"Location: " + signed_url};
    HttpBench bench(always(reply));
    EXPECT_EQ(bench.run(send(bench.client.get(), post(bench), {})).result.head.location, signed_url);
}

TEST(HttpClient, CallsOnlyHttpAndHttps) {
    HttpBench bench;
    for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"}) {
        HttpRequest request = post(bench);
        request.url = url;
        EXPECT_EQ(bench.run(send(bench.client.get(), std::move(request), {})).result.failure, HttpFailure::bad_url)
            << url;
    }
}

TEST(HttpClient, RedirectsAreNotFollowed) {
    MockReply reply = plain({"moved"});
    reply.status = 302;
    reply.headers = {"Location: /v1/completions"};
    HttpBench bench(always(reply));
    EXPECT_EQ(bench.run(send(bench.client.get(), post(bench), {})).result.head.status, 302);
    EXPECT_EQ(bench.server.counts().requests, 1);
}

TEST(HttpClient, ASilentServerIsLeft) {
    MockReply reply = plain({"x"});
    reply.announced = 10;
    reply.hang = true;
    HttpBench bench(always(reply));
    HttpRequest request = post(bench);
    request.timeouts.idle = 40ms;
    const Got got = bench.run(send(bench.client.get(), std::move(request), {}));
    EXPECT_EQ(got.result.failure, HttpFailure::idle);
    EXPECT_EQ(got.body, "x");
}

TEST(HttpClient, ABodyLargerThanTheLimitIsNotRead) {
    HttpBench bench(always(plain({std::string(1 << 20, 'x')})));
    HttpRequest request = post(bench);
    request.max_bytes = 1000;
    const Got got = bench.run(send(bench.client.get(), std::move(request), {}));
    EXPECT_EQ(got.result.failure, HttpFailure::too_large);
    EXPECT_LE(got.body.size(), 1000u);
}

TEST(HttpClient, AReaderThatHasEnoughDoesNotWaitForTheEnd) {
    MockReply reply = plain({"all"});
    reply.chunked = true;
    reply.hang = true;
    HttpBench bench(always(reply));
    OnBody on_body = [](const HttpHead&, std::string_view) { return BodyVerdict::enough; };
    const auto start = std::chrono::steady_clock::now();
    const HttpResult result = bench.run(bench.client->send(post(bench), std::move(on_body), {}));
    EXPECT_EQ(result.failure, HttpFailure::none);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
}

TEST(HttpClient, WhatTheReaderThrowsReachesTheCaller) {
    HttpBench bench(always(plain({"x"})));
    OnBody on_body = [](const HttpHead&, std::string_view) -> BodyVerdict { throw std::runtime_error("no"); };
    EXPECT_THROW(bench.run(bench.client->send(post(bench), std::move(on_body), {})), std::runtime_error);
    EXPECT_EQ(bench.run(send(bench.client.get(), post(bench), {})).body, "x");
}

TEST(HttpClient, ACancelledCallHangsUpPromptly) {
    MockReply reply = plain({"x"});
    reply.latency = 60s;
    HttpBench bench(always(reply));
    std::stop_source stop;
    asio::steady_timer timer(bench.loop, 20ms);
    std::chrono::steady_clock::time_point asked;
    timer.async_wait([&](const boost::system::error_code&) {
        asked = std::chrono::steady_clock::now();
        stop.request_stop();
    });
    const Got got = bench.run(send(bench.client.get(), post(bench), stop.get_token()));
    EXPECT_EQ(got.result.failure, HttpFailure::cancelled);
    EXPECT_TRUE(bench.server_counts([](const test::MockCounts& counts) { return counts.hung_up == 1; }));
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 1s);  // 100 ms where nothing else runs
}

TEST(HttpClient, CancelledFromInsideTheReader) {
    HttpBench bench(always(plain({"x"})));
    std::stop_source stop;
    OnBody on_body = [&](const HttpHead&, std::string_view) {
        stop.request_stop();
        return BodyVerdict::more;
    };
    const HttpResult result = bench.run(bench.client->send(post(bench), std::move(on_body), stop.get_token()));
    EXPECT_EQ(result.failure, HttpFailure::cancelled);
}

TEST(HttpClient, CancelledBeforeItBegins) {
    HttpBench bench(always(plain({"x"})));
    std::stop_source stop;
    stop.request_stop();
    const Got got = bench.run(send(bench.client.get(), post(bench), stop.get_token()));
    EXPECT_EQ(got.result.failure, HttpFailure::cancelled);
    EXPECT_EQ(bench.server.counts().requests, 0);
}

Task<int> many(HttpBench* bench, int calls) {
    Nursery<Got> nursery(co_await asio::this_coro::executor);
    for (int i = 0; i < calls; ++i) nursery.spawn(send(bench->client.get(), post(*bench), {}));
    int fine = 0;
    while (nursery.outstanding() > 0) {
        const Nursery<Got>::Landed landed = co_await nursery.next();
        fine += landed.value.body == "x" ? 1 : 0;
    }
    co_return fine;
}

TEST(HttpClient, ManyAtOnce) {
    MockReply reply = plain({"x"});
    reply.latency = 300ms;  // long enough for all to be asked, on a busy machine too
    HttpBench bench(always(reply));
    EXPECT_EQ(bench.run(many(&bench, 300)), 300);
    EXPECT_EQ(bench.client->in_flight(), 0u);
    EXPECT_GT(bench.server.counts().most_in_flight, 100);
}

TEST(HttpClient, TheLoopRunsOutOfWorkWhenNoCallIsLeft) {
    HttpBench bench(always(plain({"x"})));
    bench.run(send(bench.client.get(), post(bench), {}));
    bench.loop.restart();
    bench.loop.run();
    SUCCEED();
}

TEST(HttpClient, ALoopThatEndsWithCallsInFlightLeavesNothingBehind) {
    MockReply reply = plain({"x"});
    reply.latency = 60s;
    test::MockServer server(always(reply));
    {
        asio::io_context loop;
        HttpClient client(loop);
        for (int i = 0; i < 3; ++i) {
            HttpRequest request;
            request.url = server.url() + "/completions";
            request.post = true;
            asio::co_spawn(loop, send(&client, std::move(request), {}), [](std::exception_ptr, Got) {});
        }
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (server.counts().requests < 3 && std::chrono::steady_clock::now() < end) loop.run_one_for(10ms);
    }
    EXPECT_EQ(server.counts().requests, 3);
}

TEST(OpenFiles, AreRaisedToTheHardLimit) {
    EXPECT_GE(raise_open_files(), 64);
    EXPECT_EQ(raise_open_files(), raise_open_files());
}

}  // namespace
}  // namespace retort

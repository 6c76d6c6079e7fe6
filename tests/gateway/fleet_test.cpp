// Several model servers: who is asked, and what happens when one fails.
#include "gateway/upstream/fleet.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "gateway/fleet_fixture.h"

namespace retort::test {
namespace {

using namespace std::chrono_literals;
using gateway::Breaker;
using gateway::BreakerState;
using gateway::Bucket;
using gateway::Fleet;
using gateway::GatewayOptions;
using gateway::GatewayRules;
using gateway::Upstream;
using gateway::UpstreamOptions;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Breaker, OpensAtOnceWhereNobodyIsThereAndAfterSomeFailuresElse) {
    const Breaker::Time begin = std::chrono::steady_clock::now();
    Breaker gone;
    gone.failed(begin, true, false);
    EXPECT_EQ(gone.state(begin), BreakerState::open);
    Breaker ill;
    for (int i = 0; i < 4; ++i) ill.failed(begin, false, false);
    EXPECT_TRUE(ill.allows(begin));
    ill.failed(begin, false, false);
    EXPECT_FALSE(ill.allows(begin));
}

TEST(Breaker, LetsOneRequestFindOutAndWaitsLongerWhereItFails) {
    const Breaker::Time begin = std::chrono::steady_clock::now();
    Breaker breaker;
    breaker.failed(begin, true, false);
    const Breaker::Time later = begin + 1001ms;
    EXPECT_EQ(breaker.state(later), BreakerState::half_open);
    EXPECT_TRUE(breaker.begun(later));
    EXPECT_EQ(breaker.state(later), BreakerState::probing);
    EXPECT_FALSE(breaker.allows(later));
    breaker.failed(later, true, true);
    EXPECT_FALSE(breaker.allows(later + 1500ms));
    EXPECT_TRUE(breaker.allows(later + 2s));
    EXPECT_TRUE(breaker.begun(later + 2s));
    breaker.given_up(true);
    EXPECT_TRUE(breaker.allows(later + 2s));
    breaker.succeeded();
    EXPECT_EQ(breaker.state(later), BreakerState::closed);
}

TEST(Breaker, IsNotHeldOpenLongerByRequestsThatWereUnderWay) {
    const Breaker::Time begin = std::chrono::steady_clock::now();
    Breaker breaker;
    EXPECT_EQ(breaker.wait(begin).count(), 0);
    for (int i = 0; i < 8; ++i) breaker.failed(begin + i * 10ms, true, false);
    EXPECT_NEAR(breaker.wait(begin).count(), 1, 1e-6);
    EXPECT_EQ(breaker.wait(begin + 1s).count(), 0);
    EXPECT_TRUE(breaker.begun(begin + 1s));
    breaker.failed(begin + 1s, true, true);
    for (int i = 0; i < 8; ++i) breaker.failed(begin + 1s, true, false);
    EXPECT_NEAR(breaker.wait(begin + 1s).count(), 2, 1e-6);
}

TEST(Breaker, WhatBeganBeforeDoesNotEndTheRequestThatFindsOut) {
    const Breaker::Time begin = std::chrono::steady_clock::now();
    Breaker breaker;
    EXPECT_FALSE(breaker.begun(begin));
    breaker.failed(begin, true, false);
    EXPECT_TRUE(breaker.begun(begin + 1s));
    EXPECT_FALSE(breaker.begun(begin + 1s));
    breaker.failed(begin + 1s, true, false);
    breaker.given_up(false);
    EXPECT_EQ(breaker.state(begin + 1s), BreakerState::probing);
    EXPECT_EQ(breaker.wait(begin + 1s).count(), 0);
}

TEST(Breaker, AsksAtOnceWhereSomethingElseFoundItBack) {
    const Breaker::Time begin = std::chrono::steady_clock::now();
    Breaker breaker;
    breaker.failed(begin, true, false);
    breaker.reached_again(begin);
    EXPECT_EQ(breaker.state(begin), BreakerState::half_open);
    breaker.succeeded();
    breaker.reached_again(begin);
    EXPECT_EQ(breaker.state(begin), BreakerState::closed);
}

TEST(Bucket, SavesUpAMinuteAtMostAndWaitsForWhatWasOverspent) {
    const Bucket::Time begin = std::chrono::steady_clock::now();
    Bucket bucket(60);
    EXPECT_EQ(bucket.wait_for(60, begin), 0);
    bucket.take(60, begin);
    EXPECT_NEAR(bucket.wait_for(1, begin), 1, 1e-6);
    EXPECT_EQ(bucket.wait_for(1, begin + 1s), 0);
    bucket.take(31, begin + 1s);
    EXPECT_NEAR(bucket.wait_for(1, begin + 1s), 31, 1e-6);
    EXPECT_GT(bucket.wait_for(61, begin + 1h), 0);
    EXPECT_EQ(Bucket().wait_for(1e9, begin), 0);
}

TEST_F(FleetTest, TheSamePrefixGoesToTheSameServerUntilThatIsMuchBusier) {
    start({named("a", server_.url()), named("b", server_.url()), named("c", server_.url())});
    there_.run([&] {
        const auto now = std::chrono::steady_clock::now();
        std::map<std::string, int> homes;
        for (std::uint64_t prefix = 0; prefix < 300; ++prefix) ++homes[fleet_->choose("m", prefix)->name()];
        for (const auto& [name, count] : homes) EXPECT_GT(count, 60) << name;
        const auto home = fleet_->choose("m", 7);
        std::vector<std::unique_ptr<Upstream::Use>> uses;
        for (int i = 0; i < 9; ++i) {
            EXPECT_EQ(fleet_->choose("m", 7), home);
            uses.push_back(std::make_unique<Upstream::Use>(home, now));
        }
        EXPECT_NE(fleet_->choose("m", 7), home);
    });
}

TEST_F(FleetTest, WeightsShareTheWork) {
    start({named("big", server_.url(), 3), named("small", server_.url(), 1)});
    there_.run([&] {
        std::vector<std::unique_ptr<Upstream::Use>> uses;
        std::map<std::string, int> share;
        for (std::uint64_t i = 0; i < 400; ++i) {
            const auto one = fleet_->choose("m", i);
            ++share[one->name()];
            uses.push_back(std::make_unique<Upstream::Use>(one, std::chrono::steady_clock::now()));
        }
        EXPECT_NEAR(share["big"], 300, 12);
    });
}

TEST_F(FleetTest, WhoFailedIsPassedOverAndTakenOnlyWhereThereIsNoOther) {
    start({named("a", server_.url()), named("b", server_.url())});
    there_.run([&] {
        const auto now = std::chrono::steady_clock::now();
        const auto a = fleet_->upstreams()[0];
        const auto b = fleet_->upstreams()[1];
        Upstream::Use(a, now).failed(now, gateway::Trouble::unreachable, "refused");
        for (std::uint64_t prefix = 0; prefix < 20; ++prefix) EXPECT_EQ(fleet_->choose("m", prefix), b);
        EXPECT_EQ(fleet_->choose("m", 0, {b.get()}), a);
        EXPECT_EQ(fleet_->choose("m", 0, {a.get(), b.get()}), nullptr);
        EXPECT_EQ(a->under_way(), 0);
    });
}

TEST_F(FleetTest, AServerIsAskedForItsModelsAlone) {
    UpstreamOptions small = named("small", server_.url());
    small.models = {"tiny"};
    UpstreamOptions large = named("large", server_.url());
    large.models = {"huge"};
    start({small, large});
    there_.run([&] {
        EXPECT_EQ(fleet_->choose("tiny", 1)->name(), "small");
        EXPECT_EQ(fleet_->choose("huge", 1)->name(), "large");
        EXPECT_EQ(fleet_->choose("other", 1), nullptr);
    });
}

TEST_F(FleetTest, AServerThatHasHadEnoughRestsForAsLongAsItSaysWithinBounds) {
    start({named("a", server_.url())});
    there_.run([&] {
        const auto a = fleet_->upstreams()[0];
        auto now = std::chrono::steady_clock::now();
        for (const auto& [asked_s, rests] : std::map<double, std::chrono::seconds>{{0, 1s}, {30, 30s}, {9999, 60s}}) {
            Upstream::Use(a, now).limited(now, asked_s);
            EXPECT_FALSE(a->may_be_asked(now + rests - 1ms));
            now += rests;
            EXPECT_TRUE(a->may_be_asked(now));
        }
    });
}

TEST_F(FleetTest, WhatStaysTheSameIsKeptWhenTheOthersAreReplaced) {
    start({named("a", server_.url()), named("b", server_.url())});
    there_.run([&] {
        const auto a = fleet_->upstreams()[0];
        EXPECT_TRUE(fleet_->replace({named("c", server_.url()), named("a", server_.url())}));
        ASSERT_EQ(fleet_->upstreams().size(), 2U);
        EXPECT_EQ(fleet_->upstreams()[1], a);
        EXPECT_FALSE(fleet_->replace({named("d", "ftp://x")}));
        EXPECT_EQ(fleet_->upstreams()[1], a);
    });
}

TEST_F(TwoServersTest, AServerThatIsNotThereCostsNoAnswer) {
    start("http://127.0.0.1:1/v1", a_.url());
    for (int i = 0; i < 8; ++i) {
        EXPECT_THAT(ask(kChat, chat("m", std::to_string(i))), StartsWith("HTTP/1.1 200 "));
        EXPECT_THAT(ask(kChat, chat("pdr:2", std::to_string(i))), StartsWith("HTTP/1.1 200 "));
    }
    EXPECT_EQ(a_.counts().requests, 8 + 8 * 3);
}

TEST_F(TwoServersTest, AServerThatFailsInItsOwnWayCostsNoAnswer) {
    MockReply page;
    page.content_type = "text/html";
    page.pieces = {"<html>in the way</html>"};
    MockReply no_http;
    no_http.close_before = true;
    for (const MockReply& reply : {page, no_http, error_reply(429, "enough"), error_reply(404, "no such model"),
                                   error_reply(401, "who?"), error_reply(500, "broken")}) {
        MockOptions ill;
        ill.script = [&](const MockRequest& request) {
            return request.method == "POST" ? std::optional(reply) : std::nullopt;
        };
        MockServer server(ill);
        start(server.url(), b_.url());
        for (int i = 0; i < 8; ++i) {
            const json whole = reply_of(ask(kChat, chat("pdr:2", std::to_string(i))));
            EXPECT_EQ(whole["usage"]["retort"]["calls"], 3) << whole;
        }
        EXPECT_GT(server.counts().requests, 0);
        gateway_.reset();
    }
}

TEST_F(TwoServersTest, WhatOneServerTurnsAwayAnotherIsAskedForWhileThereIsOne) {
    for (const int status : {429, 502, 503}) {
        MockOptions busy;
        busy.script = [&](const MockRequest& request) {
            return request.method == "POST" ? std::optional(error_reply(status, "too busy")) : std::nullopt;
        };
        MockServer server(busy);
        start(server.url(), b_.url());
        for (int i = 0; i < 8; ++i)
            EXPECT_THAT(ask(kChat, chat("m", std::to_string(i))), StartsWith("HTTP/1.1 200 ")) << status;
        EXPECT_GT(server.counts().requests, 0) << status;
        start(server.url(), server.url());
        EXPECT_THAT(ask(kChat, chat("m", "x")),
                    AllOf(StartsWith("HTTP/1.1 " + std::to_string(status)), HasSubstr("too busy")));
    }
}

TEST_F(TwoServersTest, WhoTurnsAwayForAWhileIsAskedNoMoreUntilThen) {
    MockOptions busy;
    busy.script = [](const MockRequest& request) {
        MockReply enough = error_reply(429, "enough");
        enough.headers = {"Retry-After: 30"};
        return request.method == "POST" ? std::optional(enough) : std::nullopt;
    };
    MockServer server(busy);
    start(server.url(), b_.url());
    const auto all_are_answered = [&] {
        for (int i = 0; i < 8; ++i) EXPECT_THAT(ask(kChat, chat("m", std::to_string(i))), StartsWith("HTTP/1.1 200 "));
    };
    all_are_answered();
    std::this_thread::sleep_for(1100ms);  // longer than it rests where it says nothing
    all_are_answered();
    EXPECT_EQ(b_.counts().requests, 16);
    EXPECT_EQ(server.counts().requests, 1);
}

TEST_F(TwoServersTest, AServerThatSaysNothingHoldsUpNoList) {
    MockOptions silent;
    silent.script = [](const MockRequest&) {
        MockReply out;
        out.hang = true;
        return out;
    };
    MockServer server(silent);
    start(server.url(), b_.url());
    EXPECT_EQ(reply_of(gateway_->get("/v1/models"))["data"][0]["id"], "mock");
}

TEST_F(TwoServersTest, WhatIsNoListOfModelsIsLeftOut) {
    MockOptions page;
    page.script = [](const MockRequest&) {
        MockReply out;
        out.pieces = {"<html>in the way</html>"};
        return out;
    };
    MockServer server(page);
    start(server.url(), b_.url());
    EXPECT_EQ(reply_of(gateway_->get("/v1/models"))["data"][0]["id"], "mock");
    replace(rules(server.url(), server.url()));
    EXPECT_THAT(gateway_->get("/v1/models"), StartsWith("HTTP/1.1 502 "));
}

TEST_F(TwoServersTest, MetricsTellOfServersThatAreThere) {
    start(a_.url(), b_.url());
    EXPECT_THAT(gateway_->get("/metrics"), HasSubstr("retort_upstream_up{upstream=\"first\"}"));
    GatewayRules next;
    next.upstreams = {named("second", b_.url())};
    replace(std::move(next));
    const std::string metrics = gateway_->get("/metrics");
    EXPECT_THAT(metrics, Not(HasSubstr("\"first\"")));
    EXPECT_THAT(metrics, HasSubstr("retort_upstream_up{upstream=\"second\"} 1"));
}

TEST_F(TwoServersTest, RulesChangeWhileItServes) {
    start(a_.url(), a_.url());
    EXPECT_THAT(ask(kChat, chat("m", "x")), StartsWith("HTTP/1.1 200 "));
    GatewayRules next = rules(b_.url(), b_.url());
    next.aliases.emplace("smart", "pdr:2@m");
    replace(std::move(next));
    EXPECT_THAT(ask(kChat, chat("smart", "x")), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(a_.counts().requests, 1);
    EXPECT_EQ(b_.counts().requests, 3);
    gateway_->loop().run([&] { EXPECT_FALSE(gateway_->gateway().replace({})); });
}

TEST_F(TwoServersTest, KeysAreAskedForAndGoNoFurther) {
    std::string seen = "none";
    MockOptions telling;
    telling.script = [&](const MockRequest& request) -> std::optional<MockReply> {
        if (request.method == "POST")
            seen = request.headers.contains("authorization") ? request.headers.at("authorization") : "";
        return std::nullopt;
    };
    MockServer server(telling);
    start(server.url(), server.url());
    GatewayRules next = rules(server.url(), server.url());
    next.keys.push_back({"ann", "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"});  // "secret"
    next.keys.push_back({"bob", std::string(64, '0'), 0, 0, 0, false});
    replace(std::move(next));
    EXPECT_THAT(ask(kChat, chat("m", "x")), StartsWith("HTTP/1.1 401 "));
    EXPECT_THAT(ask(kChat, chat("m", "x"), "Authorization: Bearer secre\r\n"), HasSubstr("invalid_api_key"));
    EXPECT_THAT(ask(kChat, chat("m", "x"), "Authorization: Bearer secret\r\n"), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(seen, "");
    EXPECT_THAT(ask(kChat, chat("m", "x"), "Api-Key: secret\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(TwoServersTest, AKeyHasItsRequestsOfAMinuteAndItsTokens) {
    start(a_.url(), a_.url());
    const std::string hash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    const auto with = [&](gateway::KeyOptions key) {
        GatewayRules next = rules(a_.url(), a_.url());
        next.keys.push_back(std::move(key));
        replace(std::move(next));
    };
    const std::string key = "Authorization: Bearer secret\r\n";
    with({"ann", hash, 2});
    EXPECT_THAT(ask(kChat, chat("m", "x"), key), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(ask(kChat, chat("m", "x"), key), StartsWith("HTTP/1.1 200 "));
    const std::string limited = ask(kChat, chat("m", "x"), key);
    EXPECT_THAT(limited, StartsWith("HTTP/1.1 429 "));
    EXPECT_THAT(limited, HasSubstr("Retry-After: 30"));
    EXPECT_THAT(gateway_->said("GET /metrics HTTP/1.1\r\nHost: x\r\n" + key + "Connection: close\r\n\r\n"),
                StartsWith("HTTP/1.1 200 "));  // whoever watches uses nothing up
    with({"ann", hash, 0, 10});
    EXPECT_THAT(ask(kChat, chat("pdr:2", "x"), key), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(ask(kChat, chat("pdr:2", "x"), key), HasSubstr("tokens of this minute"));
}

TEST_F(TwoServersTest, ReadinessNamesWhatDoesNotAnswer) {
    start("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1");
    std::string answer;
    for (int i = 0; i < 2000 && !answer.starts_with("HTTP/1.1 503"); ++i) {
        RawClient client(gateway_->port());
        client.send("GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        answer = client.read_all();
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_THAT(answer, HasSubstr("no model server answers; first: Connection refused; second: Connection refused"));
}

}  // namespace
}  // namespace retort::test

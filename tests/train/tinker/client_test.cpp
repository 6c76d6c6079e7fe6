#include "train/tinker/client.h"

#include <gmock/gmock.h>

#include <numeric>

#include "support/hang_up_server.h"
#include "train/tinker/scripted_server.h"

namespace retort::train::tinker::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const json kResult{{"path", "tinker://m/weights/a"}};
const json kTryAgain{{"type", "try_again"}, {"request_id", "1"}, {"queue_state", "active"}};
constexpr const char* kPoll = "retrieve_future";

Call forward(Repeat repeat = Repeat::harmless) {
    Call out;
    out.path = "/api/v1/forward";
    out.what = "forward 7";
    out.body = [] { return std::string(R"({"seq_id":7})"); };
    out.repeat = repeat;
    return out;
}

// A promise is given at once; it is polled so.
std::map<std::string, std::vector<MockReply>> polled(std::vector<MockReply> answers) {
    return {{"forward", {promise("p")}}, {kPoll, std::move(answers)}};
}

std::vector<MockReply> often(std::size_t times, const MockReply& reply, const MockReply& then) {
    std::vector<MockReply> out(times, reply);
    out.push_back(then);
    return out;
}

TEST(TinkerClient, FetchesWhatWasPromised) {
    ClientBench bench(polled({json_reply(200, kTryAgain), json_reply(408, kTryAgain), json_reply(200, kResult)}));
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->word("path"), "tinker://m/weights/a");
    ASSERT_THAT(bench.server.requests("forward"), SizeIs(1));
    EXPECT_EQ(bench.server.requests("forward")[0].json, json({{"seq_id", 7}}));
    for (const MockRequest& poll : bench.server.requests(kPoll)) EXPECT_EQ(poll.json, json({{"request_id", "p"}}));
    EXPECT_THAT(bench.server.requests(kPoll), SizeIs(3));
    EXPECT_THAT(bench.waited.seconds, ElementsAre(0.1, 0.1)) << "between polls";
    EXPECT_THAT(bench.told, IsEmpty());
}

TEST(TinkerClient, WaitsLongerAndLongerForAServerThatIsNotWell) {
    ClientBench bench(polled(often(7, plain(503, ""), json_reply(200, kResult))));
    EXPECT_TRUE(bench.run(bench.client().call(forward())));
    EXPECT_THAT(bench.waited.seconds, ElementsAre(1, 2, 4, 8, 16, 30, 30));
}

TEST(TinkerClient, TellsAnOutageOnceAndItsEnd) {
    ClientBench bench(polled(often(3, hang_up(), json_reply(200, kResult))));
    EXPECT_TRUE(bench.run(bench.client().call(forward())));
    ASSERT_THAT(bench.told, SizeIs(2));
    EXPECT_THAT(bench.told[0], StartsWith("forward 7: the connection broke"));
    EXPECT_THAT(bench.told[0], HasSubstr("waiting for the server"));
    EXPECT_THAT(bench.told[1], MatchesRegex("http://127.0.0.1:[0-9]+ answers again"));
    EXPECT_FALSE(bench.client().in_outage());
}

TEST(TinkerClient, WaitsAsLongAsTheServerAsksButNotBeyondItsPatience) {
    MockReply busy = json_reply(429, {{"detail", "slow down"}});
    busy.headers = {"Retry-After: 7"};
    ClientBench bench({{"forward", {busy, promise("p")}}, {kPoll, {json_reply(200, kResult)}}});
    EXPECT_TRUE(bench.run(bench.client().call(forward(Repeat::counts))));
    EXPECT_THAT(bench.waited.seconds, ElementsAre(7));

    busy.headers = {"Retry-After: 1000000"};
    ClientBench endless({{"forward", {busy}}});
    endless.options.patience_s = 100;
    EXPECT_FALSE(endless.run(endless.client().call(forward())));
    EXPECT_LE(std::accumulate(endless.waited.seconds.begin(), endless.waited.seconds.end(), 0.0), 100);
}

TEST(TinkerClient, GivesUpWhenItsPatienceIsOver) {
    ClientBench bench(polled({plain(503, "down")}));
    bench.options.patience_s = 10;
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::unreachable);
    EXPECT_EQ(reply.error().message,
              fmt::format("forward 7: HTTP 503: down ({}); given up after 7 s of waiting", bench.server.url()));
    EXPECT_THAT(bench.waited.seconds, ElementsAre(1, 2, 4));
}

TEST(TinkerClient, WaitsForAServerThatNobodyHasStartedYet) {
    ClientBench bench({});
    bench.options.url = "http://127.0.0.1:1";
    bench.options.patience_s = 3;
    const Result<Reply> reply = bench.run(bench.client().call(forward(Repeat::counts)));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::unreachable);
    EXPECT_THAT(reply.error().message, HasSubstr("nobody listens there"));
    EXPECT_THAT(bench.waited.seconds, ElementsAre(1, 2));
}

TEST(TinkerClient, AWordThatItIsBeingWorkedOnRenewsItsPatience) {
    const MockReply down = plain(503, "");
    ClientBench bench(polled({down, down, json_reply(200, kTryAgain), down, down, json_reply(200, kResult)}));
    bench.options.patience_s = 4;
    EXPECT_TRUE(bench.run(bench.client().call(forward())));
    EXPECT_THAT(bench.waited.seconds, ElementsAre(1, 2, 0.1, 1, 2));
    EXPECT_THAT(bench.told, SizeIs(4));
}

TEST(TinkerClient, StopsWaitingWhenTold) {
    ClientBench bench(polled({plain(503, "")}));
    bench.waited.stops_after = 2;
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::stopped);
    EXPECT_THAT(bench.waited.seconds, SizeIs(3));
}

TEST(TinkerClient, SubmitsAgainWhatWasLostWhereThatIsHarmless) {
    ClientBench bench({{"forward", {promise("p"), promise("q")}},
                       {kPoll, {json_reply(410, {{"detail", "gone"}}), json_reply(200, kResult)}}});
    EXPECT_TRUE(bench.run(bench.client().call(forward())));
    EXPECT_THAT(bench.server.requests("forward"), SizeIs(2));
    EXPECT_EQ(bench.server.requests(kPoll).at(1).json.at("request_id"), "q");
}

TEST(TinkerClient, DoesNotSubmitForEverWhatIsAlwaysLost) {
    ClientBench bench(polled({json_reply(410, {{"detail", "gone"}})}));
    bench.options.patience_s = 10;
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().message, HasSubstr("given up after 7 s"));
    EXPECT_THAT(bench.server.requests("forward"), SizeIs(4));
}

TEST(TinkerClient, WaitsForRoomOnTheServer) {
    const MockReply full = json_reply(400, {{"detail", "Maximum number of LoRA adapters (3) reached"}});
    ClientBench bench(polled({full, full, json_reply(200, kResult)}));
    EXPECT_TRUE(bench.run(bench.client().call(forward())));
    EXPECT_THAT(bench.waited.seconds, ElementsAre(10, 10));
    EXPECT_THAT(bench.server.requests("forward"), SizeIs(3));
}

TEST(TinkerClient, WhatWouldCountTwiceIsNotSubmittedAgainAfterItsPromiseIsGone) {
    ClientBench bench(polled({json_reply(410, {{"detail", "gone"}})}));
    const Result<Reply> reply = bench.run(bench.client().call(forward(Repeat::counts)));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::lost);
    EXPECT_THAT(bench.server.requests("forward"), SizeIs(1));
}

TEST(TinkerClient, WhatWouldCountTwiceIsNotSubmittedAgainAfterALostAnswer) {
    for (const MockReply& lost : {hang_up(), plain(502, "<html>"), plain(408, ""), plain(200, "<html>")}) {
        ClientBench bench({{"forward", {lost, promise("p")}}, {kPoll, {json_reply(200, kResult)}}});
        const Result<Reply> reply = bench.run(bench.client().call(forward(Repeat::counts)));
        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().kind, FailureKind::lost) << lost.status;
        EXPECT_THAT(bench.server.requests("forward"), SizeIs(1));
        EXPECT_THAT(bench.waited.seconds, IsEmpty());
    }
}

TEST(TinkerClient, WhatIsHarmlessIsSubmittedAgainAfterALostAnswer) {
    ClientBench bench({{"forward", {hang_up(), plain(502, ""), promise("p")}}, {kPoll, {json_reply(200, kResult)}}});
    EXPECT_TRUE(bench.run(bench.client().call(forward())));
    EXPECT_THAT(bench.server.requests("forward"), SizeIs(3));
}

// Results are kept: asking again counts nothing.
TEST(TinkerClient, AResultIsAskedForAgainAlsoWhereItsRequestCounts) {
    ClientBench bench(polled({hang_up(), plain(502, ""), json_reply(200, kResult)}));
    EXPECT_TRUE(bench.run(bench.client().call(forward(Repeat::counts))));
    EXPECT_THAT(bench.server.requests("forward"), SizeIs(1));
}

TEST(TinkerClient, AFaultThatStaysIsTriedFiveTimes) {
    ClientBench bench(polled({plain(500, "Internal Server Error")}));
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::refused);
    EXPECT_EQ(reply.error().message,
              fmt::format("forward 7: HTTP 500: Internal Server Error ({}) (5 times)", bench.server.url()));
    EXPECT_THAT(bench.server.requests(kPoll), SizeIs(5));
}

// Over hours single faults come together; only those that follow upon one another stay.
TEST(TinkerClient, AFaultOnceInAWhileIsNoneThatStays) {
    std::vector<MockReply> answers;
    for (int i = 0; i < 8; ++i) {
        answers.push_back(plain(500, "Internal Server Error"));
        answers.push_back(json_reply(200, kTryAgain));
    }
    answers.push_back(json_reply(200, kResult));
    ClientBench bench(polled(std::move(answers)));
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    EXPECT_TRUE(reply) << reply.error().message;
    EXPECT_THAT(bench.server.requests("forward"), SizeIs(1));
}

TEST(TinkerClient, APausedAccountTakesNothingOfThePatienceForOutages) {
    std::vector<MockReply> answers = often(10, json_reply(402, {{"detail", "paused"}}), plain(503, ""));
    answers.push_back(plain(503, ""));
    answers.push_back(json_reply(200, kResult));
    ClientBench bench(polled(std::move(answers)));
    bench.options.patience_s = 4;
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    EXPECT_TRUE(reply) << reply.error().message;
    EXPECT_THAT(bench.waited.seconds, ElementsAre(5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 1, 2));
    ASSERT_THAT(bench.told, SizeIs(2));
    EXPECT_THAT(bench.told[0], HasSubstr("waiting for the account, 3600 s at most"));
}

TEST(TinkerClient, APauseWithinAnOutageIsToldToo) {
    ClientBench bench(polled({plain(503, ""), json_reply(402, {{"detail", "paused"}}),
                              json_reply(402, {{"detail", "paused"}}), json_reply(200, kResult)}));
    EXPECT_TRUE(bench.run(bench.client().call(forward())));
    ASSERT_THAT(bench.told, SizeIs(3));
    EXPECT_THAT(bench.told[0], HasSubstr("waiting for the server, 600 s at most"));
    EXPECT_THAT(bench.told[1], HasSubstr("waiting for the account"));
}

// Nothing was sent: also what counts may be tried again.
TEST(TinkerClient, AHandshakeThatFailsIsWaitedFor) {
    const retort::test::HangUpServer server;
    ClientBench bench({});
    bench.options.url = fmt::format("https://127.0.0.1:{}", server.port());
    bench.options.patience_s = 3;
    const Result<Reply> reply = bench.run(bench.client().call(forward(Repeat::counts)));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::unreachable);
    EXPECT_THAT(reply.error().message, HasSubstr("the TLS handshake failed"));
    EXPECT_THAT(reply.error().message, HasSubstr(bench.options.url));
    EXPECT_THAT(bench.waited.seconds, ElementsAre(1, 2));
}

TEST(TinkerClient, AnAddressWithoutATinkerServerIsSaid) {
    const MockReply page = plain(404, "<html>Not Found</html>", "text/html");
    ClientBench bench({{"client/config", {page}}, {"forward", {page}}});
    const Result<bool> flags = bench.run(bench.client().log_in());
    EXPECT_TRUE(flags && !*flags) << "there are servers without flags";
    const Result<Reply> reply = bench.run(bench.client().ask(forward()));
    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().message, HasSubstr(fmt::format("({}): no Tinker server there", bench.server.url())));
    ClientBench met({{"client/config", {json_reply(200, json::object())}}, {"forward", {page}}});
    ASSERT_TRUE(met.run(met.client().log_in()));
    EXPECT_THAT(met.run(met.client().ask(forward())).error().message, Not(HasSubstr("no Tinker server")));
}

TEST(TinkerClient, APausedAccountIsWaitedForAnHour) {
    const MockReply paused = json_reply(402, {{"detail", "paused"}});
    ClientBench bench(polled(often(3, paused, json_reply(200, kResult))));
    EXPECT_TRUE(bench.run(bench.client().call(forward())));
    EXPECT_THAT(bench.waited.seconds, ElementsAre(5, 5, 5));
    ClientBench endless(polled({paused}));
    EXPECT_FALSE(endless.run(endless.client().call(forward())));
    EXPECT_THAT(endless.waited.seconds, SizeIs(720));
}

TEST(TinkerClient, ARefusalIsNotTriedAgain) {
    ClientBench bench({{"forward", {json_reply(409, {{"detail", "name taken"}})}}});
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::refused);
    EXPECT_EQ(reply.error().message, fmt::format("forward 7: HTTP 409: name taken ({})", bench.server.url()));
    EXPECT_THAT(bench.server.requests("forward"), SizeIs(1));
}

TEST(TinkerClient, APromiseWithoutAnIdIsMalformed) {
    ClientBench bench({{"forward", {json_reply(200, {{"request_id", 23}})}}});
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::malformed);
}

TEST(TinkerClient, AnAnswerBeyondItsBoundIsMalformed) {
    ClientBench bench(polled({plain(200, "\"" + std::string(5000, 'x') + "\"")}));
    Call call = forward();
    call.max_bytes = 1000;
    const Result<Reply> reply = bench.run(bench.client().call(call));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::malformed);
    EXPECT_THAT(bench.server.requests(kPoll), SizeIs(1));
}

TEST(TinkerClient, EachTryHasABodyOfItsOwn) {
    ClientBench bench({{"forward", {plain(503, ""), promise("p")}}, {kPoll, {json_reply(200, kResult)}}});
    Call call = forward();
    call.body = [tries = std::make_shared<int>(0)] { return json{{"path", ++*tries}}.dump(); };
    EXPECT_TRUE(bench.run(bench.client().call(call)));
    EXPECT_EQ(bench.server.requests("forward").at(0).json.at("path"), 1);
    EXPECT_EQ(bench.server.requests("forward").at(1).json.at("path"), 2);
}

TEST(TinkerClient, TheKeyGoesIntoItsHeaderAndIntoNoMessage) {
    ClientBench bench({{"forward", {json_reply(403, {{"detail", "no"}})}}});
    bench.options.key = "tml-secret";
    const Result<Reply> reply = bench.run(bench.client().call(forward()));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::unauthorised);
    EXPECT_THAT(reply.error().message, Not(HasSubstr("secret")));
    EXPECT_EQ(bench.server.requests("forward").at(0).headers.at("x-api-key"), "tml-secret");
}

const json kWithToken{{"pjwt_auth_enabled", true}};
const json kWithoutToken{{"pjwt_auth_enabled", false}};

TEST(TinkerLogin, ATokenStandsInTheKeysPlaceWhereTheServerWantsIt) {
    ClientBench bench({{"client/config", {json_reply(200, kWithToken)}},
                       {"auth/token", {json_reply(200, {{"jwt", "eyJ1"}})}},
                       {"forward", {promise("p")}},
                       {kPoll, {json_reply(200, kResult)}}});
    bench.options.key = "tml-key";
    const Result<bool> flags = bench.run(bench.client().log_in());
    ASSERT_TRUE(flags) << flags.error().message;
    EXPECT_TRUE(*flags);
    EXPECT_EQ(key_of(bench.server.requests("auth/token").at(0)), "tml-key");
    EXPECT_TRUE(bench.run(bench.client().call(forward())));
    EXPECT_EQ(key_of(bench.server.requests("forward").at(0)), "eyJ1");
    EXPECT_EQ(key_of(bench.server.requests(kPoll).at(0)), "eyJ1");
}

TEST(TinkerLogin, ATokenThatRanOutIsRenewedOnce) {
    const MockReply expired = json_reply(401, {{"detail", "expired"}});
    ClientBench bench({{"client/config", {json_reply(200, kWithToken)}},
                       {"auth/token", {json_reply(200, {{"jwt", "eyJ1"}}), json_reply(200, {{"jwt", "eyJ2"}})}},
                       {"forward", {expired, promise("p")}},
                       {kPoll, {json_reply(200, kResult)}}});
    bench.options.key = "tml-key";
    ASSERT_TRUE(bench.run(bench.client().log_in()));
    EXPECT_TRUE(bench.run(bench.client().call(forward(Repeat::counts))));
    EXPECT_EQ(key_of(bench.server.requests("auth/token").at(1)), "tml-key");
    EXPECT_EQ(key_of(bench.server.requests("forward").at(1)), "eyJ2");

    ClientBench closed({{"client/config", {json_reply(200, kWithToken)}},
                        {"auth/token", {json_reply(200, {{"jwt", "eyJ1"}})}},
                        {"forward", {expired}}});
    ASSERT_TRUE(closed.run(closed.client().log_in()));
    const Result<Reply> reply = closed.run(closed.client().call(forward()));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureKind::unauthorised);
    EXPECT_THAT(closed.server.requests("forward"), SizeIs(2));
}

TEST(TinkerLogin, AServerWithFlagsAndWithoutTokensIsToldFromOneWithoutFlags) {
    ClientBench with({{"client/config", {json_reply(200, kWithoutToken)}}});
    const Result<bool> flags = with.run(with.client().log_in());
    EXPECT_TRUE(flags && *flags);
    ClientBench without({});
    const Result<bool> none = without.run(without.client().log_in());
    EXPECT_TRUE(none && !*none);
    EXPECT_THAT(without.waited.seconds, IsEmpty());
}

TEST(TinkerLogin, AServerThatIsNotWellIsWaitedForBeforeItsFlagsAreKnown) {
    ClientBench bench({{"client/config", {plain(503, ""), json_reply(200, kWithToken)}},
                       {"auth/token", {json_reply(200, {{"jwt", "eyJ1"}})}}});
    EXPECT_TRUE(bench.run(bench.client().log_in()));
    EXPECT_THAT(bench.server.requests("auth/token"), SizeIs(1));
}

TEST(TinkerLogin, TheServersBoundOfARequestIsTaken) {
    const char* name = "fwdbwd_max_chunk_bytes_count";
    for (const auto& [told, taken] : {std::pair{json{{name, 70000}}, std::size_t{70000}},
                                      {json{{name, -1}}, std::size_t{1}},
                                      {json{{name, 1e30}}, std::size_t{1} << 30},
                                      {json{{name, "many"}}, kAnyBytes},
                                      {json::object(), kAnyBytes}}) {
        ClientBench bench({{"client/config", {json_reply(200, told)}}});
        ASSERT_TRUE(bench.run(bench.client().log_in()));
        EXPECT_EQ(bench.client().most_bytes(), taken) << told.dump();
    }
}

TEST(TinkerLogin, AWrongKeyIsSaid) {
    ClientBench bench({{"client/config", {json_reply(200, kWithToken)}},
                       {"auth/token", {json_reply(401, {{"detail", "Invalid API key"}})}}});
    const Result<bool> flags = bench.run(bench.client().log_in());
    ASSERT_FALSE(flags);
    EXPECT_EQ(flags.error().kind, FailureKind::unauthorised);
    EXPECT_EQ(flags.error().message, fmt::format("auth/token: HTTP 401: Invalid API key ({})", bench.server.url()));
}

}  // namespace
}  // namespace retort::train::tinker::test

#include "train/tinker/answer.h"

#include <gmock/gmock.h>

namespace retort::train::tinker::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

HttpResult status(int code, const std::string& type = "application/json") {
    HttpResult out;
    out.head.status = code;
    out.head.content_type = type;
    return out;
}

HttpResult failure(HttpFailure kind, const std::string& detail = "") {
    HttpResult out;
    out.failure = kind;
    out.detail = detail;
    return out;
}

Answer poll(int code, const std::string& body, Repeat repeat = Repeat::harmless) {
    return answer_to_poll(status(code), body, repeat, "forward 7");
}

Answer submission(int code, const std::string& body, Repeat repeat = Repeat::harmless) {
    return answer_to_submission(status(code), body, repeat, "forward 7");
}

constexpr const char* kTryAgain =
    R"({"type":"try_again","request_id":"3","queue_state":"paused_capacity","queue_state_reason":null})";
constexpr auto kBoth = {Repeat::harmless, Repeat::counts};

// What only a submission does where a repetition would count.
void expect_not_repeated(const Answer& answer) {
    EXPECT_EQ(answer.next, Next::fail);
    EXPECT_EQ(answer.failure.kind, FailureKind::lost);
    EXPECT_THAT(answer.failure.message, HasSubstr("it would count it twice"));
    EXPECT_THAT(answer.failure.message, StartsWith("forward 7: "));
}

TEST(Poll, AResultIsTaken) {
    for (const Repeat repeat : kBoth) {
        const Answer answer = poll(200, R"({"path":"tinker://m/weights/a"})", repeat);
        EXPECT_EQ(answer.next, Next::take);
        EXPECT_EQ(answer.reply.word("path"), "tinker://m/weights/a");
    }
}

TEST(Poll, WhatIsNotFinishedIsAskedForAtOnce) {
    for (const Repeat repeat : kBoth) {
        EXPECT_EQ(poll(200, kTryAgain, repeat).next, Next::ask_now);
        EXPECT_EQ(poll(200, R"({"status":"complete_metadata","response_payload_size":9})", repeat).next, Next::ask_now);
        EXPECT_EQ(poll(408, kTryAgain, repeat).next, Next::ask_now);
        EXPECT_EQ(poll(408, R"({"detail":"Timeout waiting for result"})", repeat).next, Next::ask_now);
    }
    EXPECT_THAT(poll(200, kTryAgain).failure.message, HasSubstr("paused_capacity"));
}

TEST(Poll, TheStateOfAQueueIsOneShortLineWhateverTheServerSays) {
    const std::string state = R"(a\n\u001b)" + std::string(4000, 'x');
    const std::string message = poll(200, R"({"type":"try_again","queue_state":")" + state + R"("})").failure.message;
    EXPECT_LT(message.size(), 300U);
    EXPECT_EQ(message.find_first_of("\n\x1b"), std::string::npos);
}

TEST(Poll, ARequestThatFailedEndsTheRunAndIsShownWordForWord) {
    for (const Repeat repeat : kBoth) {
        const Answer hosted = poll(200, R"({"error":"no such loss","category":"user"})", repeat);
        EXPECT_EQ(hosted.next, Next::fail);
        EXPECT_EQ(hosted.failure.kind, FailureKind::refused);
        EXPECT_EQ(hosted.failure.message, "forward 7: no such loss") << "200 is no part of what failed";
        const Answer open = poll(400, R"({"detail":"'dppo'"})", repeat);
        EXPECT_EQ(open.next, Next::fail);
        EXPECT_EQ(open.failure.kind, FailureKind::refused);
        EXPECT_THAT(open.failure.message, HasSubstr("HTTP 400: 'dppo'"));
    }
}

TEST(Poll, AModelThatIsGoneIsLost) {
    for (const Repeat repeat : kBoth) {
        const Answer open = poll(400, R"({"detail":"Model model_ab not loaded"})", repeat);
        EXPECT_EQ(open.next, Next::fail);
        EXPECT_EQ(open.failure.kind, FailureKind::lost);
        const Answer hosted = poll(200, R"({"error":"model not found","category":"server"})", repeat);
        EXPECT_EQ(hosted.next, Next::fail);
        EXPECT_EQ(hosted.failure.kind, FailureKind::lost);
    }
}

TEST(Poll, AServerWithoutRoomIsAskedAnewAfterAWhile) {
    const Answer answer = poll(400, R"({"detail":"Maximum number of LoRA adapters (3) reached"})");
    EXPECT_EQ(answer.next, Next::resubmit);
    EXPECT_EQ(answer.wait_s, 10);
}

TEST(Poll, ABare400IsAProxysAndIsTriedAFewTimes) {
    const Answer answer = answer_to_poll(status(400, "text/html"), "<html>Bad Request</html>", Repeat::counts, "f");
    EXPECT_EQ(answer.next, Next::ask_later);
    EXPECT_TRUE(answer.capped);
}

TEST(Poll, APromiseThatNobodyKnowsIsLost) {
    for (const Repeat repeat : kBoth) {
        const Answer answer = poll(404, R"({"detail":"Future not found"})", repeat);
        EXPECT_EQ(answer.next, Next::fail);
        EXPECT_EQ(answer.failure.kind, FailureKind::lost);
    }
}

TEST(Poll, ALostPromiseIsAskedForAgainWhereThatIsHarmless) {
    EXPECT_EQ(poll(410, R"({"detail":"gone"})").next, Next::resubmit);
    const Answer answer = poll(410, R"({"detail":"gone"})", Repeat::counts);
    EXPECT_EQ(answer.next, Next::fail);
    EXPECT_EQ(answer.failure.kind, FailureKind::lost);
}

TEST(Poll, AServerThatIsNotWellIsWaitedFor) {
    for (const Repeat repeat : kBoth) {
        for (const int code : {425, 429, 502, 503, 504}) {
            const Answer answer = poll(code, "", repeat);
            EXPECT_EQ(answer.next, Next::ask_later) << code;
            EXPECT_FALSE(answer.capped) << code;
            EXPECT_EQ(answer.failure.kind, FailureKind::unreachable) << code;
        }
        for (const HttpFailure kind :
             {HttpFailure::refused, HttpFailure::resolve, HttpFailure::handshake, HttpFailure::timeout,
              HttpFailure::idle, HttpFailure::broken, HttpFailure::not_resent})
            EXPECT_EQ(answer_to_poll(failure(kind), "", repeat, "f").next, Next::ask_later);
    }
}

// A failed row without a message, and a number that is no JSON, are answered so for ever.
TEST(Poll, AFaultOfTheServerIsTriedAFewTimes) {
    for (const char* body : {"Internal Server Error", R"({"detail":"Unknown error"})"}) {
        const Answer answer = poll(500, body, Repeat::counts);
        EXPECT_EQ(answer.next, Next::ask_later);
        EXPECT_TRUE(answer.capped);
        EXPECT_THAT(answer.failure.message, HasSubstr("HTTP 500: "));
    }
}

TEST(Poll, APausedAccountIsWaitedFor) {
    for (const Repeat repeat : kBoth) {
        EXPECT_EQ(poll(402, R"({"detail":"paused"})", repeat).next, Next::billing);
        EXPECT_EQ(submission(402, R"({"detail":"paused"})", repeat).next, Next::billing);
    }
}

TEST(Poll, WhatTheServerAsksToWaitIsTold) {
    HttpResult http = status(429);
    http.head.retry_after = "7";
    EXPECT_EQ(answer_to_poll(http, "", Repeat::counts, "f").wait_s, 7);
    EXPECT_EQ(answer_to_submission(http, "", Repeat::counts, "f").wait_s, 7);
    http.head.status = 503;
    EXPECT_EQ(answer_to_poll(http, "", Repeat::counts, "f").wait_s, 7);
    EXPECT_EQ(answer_to_submission(http, "", Repeat::harmless, "f").wait_s, 7);
}

TEST(Poll, WhatIsNoJsonIsAskedForAgainAFewTimes) {
    const Answer page = answer_to_poll(status(200, "text/html"), "<html>\n Hello </html>", Repeat::harmless, "f");
    EXPECT_EQ(page.next, Next::ask_later) << "a proxy said it: the result is still there";
    EXPECT_TRUE(page.capped);
    EXPECT_EQ(page.failure.kind, FailureKind::malformed);
    EXPECT_THAT(page.failure.message, HasSubstr("expected JSON, found \"text/html\""));
    EXPECT_THAT(page.failure.message, HasSubstr("<html> Hello </html>"));
    EXPECT_THAT(poll(200, R"({"metrics":{)").failure.message, HasSubstr("broken JSON"));
}

TEST(Submission, APromiseIsTaken) {
    for (const Repeat repeat : kBoth) {
        const Answer answer = submission(200, R"({"future_id":"23","status":"pending","request_id":"23"})", repeat);
        EXPECT_EQ(answer.next, Next::take);
        EXPECT_EQ(answer.reply.word("request_id"), "23");
    }
}

TEST(Submission, WhatNeverGotThereIsTriedAgain) {
    for (const Repeat repeat : kBoth)
        for (const HttpFailure kind : {HttpFailure::refused, HttpFailure::resolve, HttpFailure::handshake})
            EXPECT_EQ(answer_to_submission(failure(kind), "", repeat, "f").next, Next::ask_later);
}

TEST(Submission, ALostAnswerIsAskedForAgainOnlyWhereThatIsHarmless) {
    for (const HttpFailure kind :
         {HttpFailure::timeout, HttpFailure::idle, HttpFailure::broken, HttpFailure::not_resent}) {
        EXPECT_EQ(answer_to_submission(failure(kind), "", Repeat::harmless, "forward 7").next, Next::ask_later);
        expect_not_repeated(answer_to_submission(failure(kind), "", Repeat::counts, "forward 7"));
    }
    for (const int code : {408, 500, 502, 503, 504}) {
        EXPECT_EQ(submission(code, "").next, Next::ask_later) << code;
        EXPECT_EQ(submission(code, "").capped, code == 500) << code;
        expect_not_repeated(submission(code, "", Repeat::counts));
    }
}

// The request went through a proxy that answered in the server's place.
TEST(Submission, APageInAPromisesPlaceLeavesOpenWhetherItCounted) {
    EXPECT_EQ(submission(200, "<html></html>").failure.kind, FailureKind::malformed);
    expect_not_repeated(submission(200, "<html></html>", Repeat::counts));
}

TEST(Submission, AMessageNamesItsRequestOnce) {
    const std::string message = submission(200, "<html></html>", Repeat::counts).failure.message;
    EXPECT_EQ(message.rfind("forward 7: "), 0U) << message;
    EXPECT_THAT(message, HasSubstr("expected JSON"));
}

TEST(Submission, WhereAnAddressPointsIsSaid) {
    HttpResult http = status(307, "text/html");
    http.head.location = "https://new.example/tinker/api/v1/forward?token=secret";
    const Answer moved = answer_to_submission(http, "", Repeat::counts, "f");
    EXPECT_EQ(moved.failure.kind, FailureKind::refused);
    EXPECT_EQ(moved.failure.message, "f: HTTP 307: it points to https://new.example/tinker: set url");
    http.head.location = "/api/v1/forward/";
    EXPECT_THAT(answer_to_poll(http, "", Repeat::counts, "f").failure.message,
                HasSubstr("it points to /api/v1/forward/: set url"));
    http.head.location = "";
    EXPECT_THAT(answer_to_submission(http, "", Repeat::counts, "f").failure.message,
                HasSubstr("without saying where: set url"));
}

TEST(Submission, ABodyThatIsTooLargeIsSaidWithWhatToDo) {
    const Answer answer = submission(413, "<html>Request Entity Too Large</html>", Repeat::counts);
    EXPECT_EQ(answer.failure.kind, FailureKind::refused);
    EXPECT_THAT(answer.failure.message, HasSubstr("lower pack_tokens, or have the server's operator allow larger"));
}

TEST(Submission, ACertificateThatIsNotTrustedIsSaidWithWhereOnesOwnAreNamed) {
    const Answer answer = answer_to_submission(failure(HttpFailure::tls, "self-signed"), "", Repeat::harmless, "f");
    EXPECT_EQ(answer.next, Next::fail);
    EXPECT_THAT(answer.failure.message, HasSubstr("self-signed: certificates of one's own are named by SSL_CERT_FILE"));
}

TEST(Submission, AServerThatTakesNoMoreJustNowIsWaitedFor) {
    for (const Repeat repeat : kBoth)
        for (const int code : {425, 429}) EXPECT_EQ(submission(code, "{}", repeat).next, Next::ask_later) << code;
}

TEST(Submission, WhatNoRepetitionChangesIsRefusedAtOnce) {
    for (const Repeat repeat : kBoth)
        for (const int code : {400, 404, 405, 409, 413, 422}) {
            const Answer answer = submission(code, R"({"detail":"no"})", repeat);
            EXPECT_EQ(answer.next, Next::fail) << code;
            EXPECT_EQ(answer.failure.kind, FailureKind::refused) << code;
        }
}

TEST(Submission, ABodyThatDoesNotFitIsToldWithItsPlace) {
    const Answer answer =
        submission(422, R"({"detail":[{"type":"less_than","loc":["body","adam_params","beta1"],"msg":"below 1"}]})");
    EXPECT_EQ(answer.failure.message, "forward 7: HTTP 422: body adam_params beta1 below 1");
}

TEST(Submission, AModelOrSessionThatIsGoneIsLost) {
    for (const auto& [code, body] : {std::pair{404, R"({"detail":"Model not found"})"},
                                     {400, R"({"detail":"Model m not loaded"})"},
                                     {410, R"({"detail":"session finished"})"}})
        EXPECT_EQ(submission(code, body, Repeat::counts).failure.kind, FailureKind::lost) << code;
}

TEST(Submission, AKeyThatMayNotIsSaid) {
    for (const int code : {401, 403}) {
        EXPECT_EQ(submission(code, R"({"detail":"no"})").failure.kind, FailureKind::unauthorised);
        EXPECT_EQ(poll(code, R"({"detail":"no"})").failure.kind, FailureKind::unauthorised);
    }
}

TEST(Submission, WhatEndsACallAtOnceIsNoOutage) {
    const auto kind = [](HttpFailure f) {
        const Answer answer = answer_to_submission(failure(f, "detail"), "", Repeat::harmless, "f");
        EXPECT_EQ(answer.next, Next::fail);
        return answer.failure.kind;
    };
    EXPECT_EQ(kind(HttpFailure::cancelled), FailureKind::stopped);
    EXPECT_EQ(kind(HttpFailure::bad_url), FailureKind::refused);
    EXPECT_EQ(kind(HttpFailure::tls), FailureKind::refused);
    EXPECT_EQ(kind(HttpFailure::too_large), FailureKind::malformed);
}

TEST(Submission, MessagesAreOneShortLineWhateverTheServerSends) {
    const std::string body = "\x1b[31m" + std::string(10000, 'x') + "\n\xFF";
    for (const int code : {200, 400, 409, 500}) {
        const std::string message = submission(code, body).failure.message;
        EXPECT_LT(message.size(), 700U);
        EXPECT_THAT(message, Not(HasSubstr("\n")));
        EXPECT_THAT(message, Not(HasSubstr("\x1b")));
    }
}

}  // namespace
}  // namespace retort::train::tinker::test

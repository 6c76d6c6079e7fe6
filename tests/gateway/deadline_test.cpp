// Answers that must come in time, through the whole gateway.
#include <gmock/gmock.h>

#include "gateway/chat_fixture.h"

namespace retort::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class DeadlineTest : public ChatTest {
  protected:
    // The last call says two words, and no more.
    void SetUp() override {
        ChatTest::SetUp();
        last_ = MockReply();
        last_.content_type = "text/event-stream";
        last_.pieces = {chat_chunk({{"content", "the final "}})};
        last_.chunked = true;
        last_.hang = true;
    }

    static json late(bool stream, const char* then) {
        json out = chat("pdr:3");
        out["stream"] = stream;
        out["retort"] = {{"deadline", 0.5}, {"on_deadline", then}};
        return out;
    }
};

TEST_F(DeadlineTest, TheBestDraftStandsInForTheAnswerThatDidNotCome) {
    const json reply = reply_of(ask(late(false, "best")));
    EXPECT_EQ(reply["choices"][0]["message"]["content"], "a draft");
    EXPECT_EQ(reply["choices"][0]["finish_reason"], "length");
    EXPECT_EQ(reply["usage"]["retort"]["deadline"], true);
    EXPECT_EQ(reply["usage"]["retort"]["calls"], 3);  // that came to their end
    EXPECT_EQ(reply_of(gateway_->get("/retort/history"))["finished"][0]["status"], "done");
}

TEST_F(DeadlineTest, WhatWasStreamedOfTheAnswerStays) {
    const auto events = events_of(ask(late(true, "best")));
    EXPECT_EQ(joined(events, "content"), "the final ");
    EXPECT_EQ(events.back()["choices"][0]["finish_reason"], "length");
    EXPECT_EQ(events.back()["retort"]["deadline"], true);
}

TEST_F(DeadlineTest, IsAnErrorUnlessTheBestWillDo) {
    const std::string answer = ask(late(false, "error"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 504 "));
    EXPECT_EQ(reply_of(answer)["error"]["code"], "deadline_exceeded");
    EXPECT_EQ(events_of(ask(late(true, "error"))).back()["error"]["code"], "deadline_exceeded");
}

TEST_F(DeadlineTest, WithoutAnyDraftThereIsNoBest) {
    draft_ = last_;
    const json reply = reply_of(ask(late(false, "best")));
    EXPECT_THAT(reply["error"]["message"].get<std::string>(), HasSubstr("no draft"));
}

TEST_F(DeadlineTest, StopsAllCalls) {
    draft_ = last_;
    ask(late(false, "error"));
    for (int i = 0; i < 5000 && upstream_->counts().hung_up < 3; ++i) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(upstream_->counts().hung_up, 3);
}

TEST_F(DeadlineTest, ComesByHeaderToo) {
    const json body = chat("pdr:3");
    const json reply = reply_of(ask(body, "X-Retort-Deadline: 0.5\r\nX-Retort-On-Deadline: best\r\n"));
    EXPECT_EQ(reply["usage"]["retort"]["deadline"], true);
    EXPECT_THAT(ask(body, "X-Retort-Deadline: soon\r\n"), HasSubstr("X-Retort-Deadline: expected a number"));
    EXPECT_THAT(ask(body, "X-Retort-Deadline: -1\r\n"), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(ask(body, "X-Retort-On-Deadline: wait\r\n"), HasSubstr("expected error or best"));
}

TEST_F(DeadlineTest, AnAnswerInTimeKnowsOfNone) {
    last_ = stream_of({"the ", "final ", "answer"}, MockUsage{30, 3});
    json body = late(false, "best");
    body["retort"]["deadline"] = 60;
    const json reply = reply_of(ask(body));
    EXPECT_EQ(reply["choices"][0]["message"]["content"], "the final answer");
    EXPECT_EQ(reply["usage"]["retort"]["deadline"], false);
}

}  // namespace
}  // namespace retort::test

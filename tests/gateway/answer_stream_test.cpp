#include "gateway/answer_stream.h"

#include <gtest/gtest.h>

#include <vector>

namespace retort::test {
namespace {

using gateway::AnswerStream;

Delta reasoning(std::string_view text) {
    return {text, true, 1};
}

Delta text(std::string_view text) {
    return {text, false, 1};
}

const Delta kAnew{{}, false, -1};

// What is heard of each delta: "p:" on the way, "a:" the answer, "" nothing.
std::vector<std::string> heard(AnswerStream& stream, const std::vector<Delta>& deltas) {
    std::vector<std::string> out;
    for (const Delta& delta : deltas) {
        const AnswerStream::Heard one = stream.hear(delta);
        out.push_back(!one.progress.empty() ? "p:" + one.progress : !one.answer.empty() ? "a:" + one.answer : "");
    }
    return out;
}

using Words = std::vector<std::string>;

TEST(AnswerStream, WithoutAMarkerTextIsTheAnswer) {
    AnswerStream stream("");
    EXPECT_EQ(heard(stream, {reasoning("hm"), text("the "), text("end")}), (Words{"p:hm", "a:the ", "a:end"}));
    EXPECT_EQ(stream.streamed(), "the end");
}

TEST(AnswerStream, WhereOnlyAMarkerSetsReasoningApartTheAnswerIsKnownAtTheEnd) {
    AnswerStream stream("Answer:");
    EXPECT_EQ(heard(stream, {text("so "), text("Answer: 4")}), (Words{"p:so ", "p:Answer: 4"}));
    EXPECT_EQ(stream.rest("4", "so Answer: 4"), "4");
}

TEST(AnswerStream, AModelThatMarksItsReasoningIsHeardTokenByTokenWhateverTheMarker) {
    AnswerStream stream("Answer:");
    EXPECT_EQ(heard(stream, {reasoning("2 + 2"), text("("), text("2+2"), text(")")}),
              (Words{"p:2 + 2", "a:(", "a:2+2", "a:)"}));
    EXPECT_EQ(stream.rest("(2+2)", "(2+2)"), "");
}

TEST(AnswerStream, AMarkerThatSuchAModelBeginsWithIsNoPartOfTheAnswer) {
    AnswerStream stream("Answer:");
    EXPECT_EQ(heard(stream, {reasoning("hm"), text("**ans"), text("wer:** "), text("4")}), (Words{"p:hm", "", "", ""}));
    EXPECT_EQ(stream.rest("4", "**answer:** 4"), "4");
}

TEST(AnswerStream, WhatLooksLikeItsBeginningIsHandedOutLater) {
    AnswerStream stream("Answer:");
    EXPECT_EQ(heard(stream, {reasoning("hm"), text("An"), text(" ant")}), (Words{"p:hm", "", "a:An ant"}));
}

TEST(AnswerStream, AMarkerThatComesLaterLeavesWhatWasReadAsItIs) {
    AnswerStream stream("Answer:");
    heard(stream, {reasoning("hm"), text("It is\n"), text("Answer: 4")});
    EXPECT_EQ(stream.rest("4", "It is\nAnswer: 4"), "");
}

TEST(AnswerStream, OfACallThatIsMadeAnewNothingIsAddedToWhatWasRead) {
    AnswerStream stream("");
    EXPECT_EQ(heard(stream, {text("the fi"), kAnew, text("the "), text("end")}), (Words{"a:the fi", "", "", ""}));
    EXPECT_EQ(stream.rest("the end", "the end"), "\n\n[The model broke off here. Its answer, begun anew:]\n\nthe end");
    AnswerStream held("Answer:");
    EXPECT_EQ(heard(held, {reasoning("hm"), text("Ans"), kAnew, reasoning("hm"), text("4")}),
              (Words{"p:hm", "", "", "p:hm", "a:4"}));
}

}  // namespace
}  // namespace retort::test

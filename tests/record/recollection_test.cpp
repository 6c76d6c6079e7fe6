#include "record/recollection.h"

#include <gmock/gmock.h>

#include "record/differences.h"
#include "record/support.h"

namespace retort::test {
namespace {

using State = RecordedCall::State;

Place step_place(int round, CallRole role, int draft = -1, int turn = 0) {
    Place out = draft_place(round, draft);
    out.role = role;
    out.turn = turn;
    return out;
}

TEST(Recollection, GivesBackWhatCompletedInTheOrderOfLanding) {
    const Recollection resumed({{1, draft_place(1, 0), State::ended, Finish::stop, 5},
                                {2, draft_place(1, 1), State::ended, Finish::length, 4},
                                {3, draft_place(1, 2), State::in_flight, Finish::error, 0},
                                {6, draft_place(1, 3), State::lost, Finish::error, 7}},
                               Recall::resume);
    EXPECT_EQ(resumed.landings(), (std::vector<OutcomeKey>{4, 5}));
    EXPECT_EQ(resumed.find(draft_place(1, 0))->call, 1);
    EXPECT_FALSE(resumed.find(draft_place(1, 2)));
    EXPECT_FALSE(resumed.find(draft_place(1, 3)));
}

TEST(Recollection, AsksAgainForWhatFailedOrWasCancelledLast) {
    const std::vector<PastCall> past{{1, draft_place(1, 0), State::ended, Finish::error, 3},
                                     {2, draft_place(1, 1), State::ended, Finish::cancelled, 4}};
    EXPECT_TRUE(Recollection(past, Recall::resume).landings().empty());
    EXPECT_EQ(Recollection(past, Recall::replay).landings(), (std::vector<OutcomeKey>{3, 4}));
}

TEST(Recollection, KeepsAFailureThatALaterStepHasReadAlready) {
    const std::vector<PastCall> past{{1, draft_place(1, 0), State::ended, Finish::error, 3},
                                     {2, draft_place(1, 1), State::ended, Finish::stop, 4},
                                     {5, step_place(1, CallRole::summary), State::ended, Finish::stop, 6}};
    EXPECT_TRUE(Recollection(past, Recall::resume).find(draft_place(1, 0)).has_value());
}

TEST(Recollection, AsksAgainWhenTheLaterStepNeverCompleted) {
    for (const Finish finish : {Finish::error, Finish::cancelled}) {
        const std::vector<PastCall> past{{1, draft_place(1, 0), State::ended, Finish::error, 3},
                                         {5, step_place(1, CallRole::summary), State::ended, finish, 6}};
        EXPECT_TRUE(Recollection(past, Recall::resume).landings().empty());
    }
    const std::vector<PastCall> lost{{1, draft_place(1, 0), State::ended, Finish::error, 3},
                                     {5, step_place(1, CallRole::summary), State::lost, Finish::error, 6}};
    EXPECT_TRUE(Recollection(lost, Recall::resume).landings().empty());
}

TEST(Recollection, SiblingsOfARoundDoNotReadOneAnother) {
    const std::vector<PastCall> past{{1, draft_place(1, 0), State::ended, Finish::error, 2},
                                     {3, draft_place(1, 1), State::ended, Finish::stop, 4}};
    EXPECT_FALSE(Recollection(past, Recall::resume).find(draft_place(1, 0)));
}

TEST(Recollection, AStepThatWasAskedBeforeTheFailureDidNotReadIt) {
    const std::vector<PastCall> past{{1, draft_place(1, 0), State::ended, Finish::error, 4},
                                     {2, step_place(2, CallRole::judge, 1), State::ended, Finish::stop, 3}};
    EXPECT_FALSE(Recollection(past, Recall::resume).find(draft_place(1, 0)));
}

TEST(Recollection, ALaterTurnAtTheSamePlaceReadsTheEarlierOne) {
    const std::vector<PastCall> past{{1, step_place(1, CallRole::select, 0, 0), State::ended, Finish::error, 2},
                                     {3, step_place(1, CallRole::select, 0, 1), State::ended, Finish::stop, 4},
                                     {5, step_place(1, CallRole::select, 1, 0), State::ended, Finish::error, 6},
                                     {7, step_place(1, CallRole::select, 2, 1), State::ended, Finish::stop, 8}};
    const Recollection resumed(past, Recall::resume);
    EXPECT_TRUE(resumed.find(step_place(1, CallRole::select, 0, 0)).has_value());
    EXPECT_FALSE(resumed.find(step_place(1, CallRole::select, 1, 0)).has_value());
}

TEST(Recollection, TakesTheLastOfSeveralCallsAtAPlace) {
    const std::vector<PastCall> past{{1, draft_place(1, 0), State::ended, Finish::error, 2},
                                     {3, draft_place(1, 0), State::ended, Finish::stop, 4},
                                     {5, draft_place(1, 0), State::lost, Finish::error, 6}};
    for (const Recall recall : {Recall::resume, Recall::replay})
        EXPECT_EQ(Recollection(past, recall).landings(), (std::vector<OutcomeKey>{4}));
}

TEST(Differences, AreNamedWithBothValues) {
    const auto found = setting_differences(R"({"a":1,"b":{"c":"x"},"d":true})", R"({"a":1,"b":{"c":"y"},"e":null})");
    EXPECT_EQ(found.size(), 3U);
    EXPECT_EQ(
        told(found),
        "b.c=x in the journal, now b.c=y; d=true in the journal, now d=unset; e=unset in the journal, now e=null");
}

TEST(Differences, LongValuesAreCutButComparedWhole) {
    const std::string start(200, 'x');
    const auto found = setting_differences(R"({"t":")" + start + R"(1"})", R"({"t":")" + start + R"(2"})");
    EXPECT_EQ(found.size(), 1U);
    EXPECT_LT(told(found).size(), 200U);
}

TEST(Differences, ListsAreComparedByElementsOrAsAWhole) {
    EXPECT_EQ(told(setting_differences(R"({"a":[{"b":1},{"b":2}]})", R"({"a":[{"b":1},{"b":3}]})")),
              "a[2].b=2 in the journal, now a[2].b=3");
    EXPECT_EQ(told(setting_differences(R"({"a":[1,2]})", R"({"a":[1]})")), "a=2 in the journal, now a=1");
}

TEST(Differences, WhatIsNoObjectIsComparedAsAWhole) {
    EXPECT_TRUE(setting_differences("not json", "not json").empty());
    EXPECT_EQ(setting_differences("not json", "[1]").size(), 1U);
}

}  // namespace
}  // namespace retort::test

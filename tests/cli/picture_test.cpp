#include <gtest/gtest.h>

#include "support.h"

namespace retort::cli {
namespace {

TEST(PictureObserver, KeepsTheTailOfALongTextOnly) {
    DrawnRun run(1, 1);
    run.begin(1, 1);
    for (int i = 0; i < 10000; ++i) run.observer.call_delta(DrawnRun::place(1, 0), {"Übung ", false, i + 1});
    const std::string& tail = run.observer.picture().rounds[0].lanes[0].tail;
    EXPECT_LE(tail.size(), 1000u);
    EXPECT_TRUE(tail.ends_with("Übung "));
}

TEST(PictureObserver, TakesTheServersCountWhenACallLands) {
    DrawnRun run(1, 1);
    run.begin(1, 1);
    run.observer.call_delta(DrawnRun::place(1, 0), {"x", false, 0});
    run.observer.draft_landed(1, 0, DrawnRun::draft(1, 0, "7"));
    EXPECT_EQ(run.observer.picture().rounds[0].lanes[0].tokens, 92);
    EXPECT_TRUE(run.observer.picture().rounds[0].lanes[0].counted);
}

TEST(PictureObserver, ShowsTheReasonOfAFailedDraft) {
    DrawnRun run(1, 1);
    run.begin(1, 1);
    Draft draft = DrawnRun::draft(1, 0, std::nullopt, Finish::error);
    draft.completion.error = CallError{CallErrorKind::server, "503 from the server", false, 0, 503};
    run.observer.draft_landed(1, 0, draft);
    EXPECT_EQ(run.observer.picture().rounds[0].lanes[0].state, LaneState::failed);
    EXPECT_EQ(run.observer.picture().rounds[0].lanes[0].tail, "503 from the server");
}

TEST(PictureObserver, CountsADraftWithASolutionAsDoneThoughItWasCutOff) {
    DrawnRun run(1, 1);
    run.begin(1, 1);
    run.observer.draft_landed(1, 0, DrawnRun::draft(1, 0, "7", Finish::length));
    EXPECT_EQ(run.observer.picture().rounds[0].lanes[0].state, LaneState::done);
}

TEST(PictureObserver, LeavesOutWhatIsNowhereInThePicture) {
    DrawnRun run(1, 1);
    run.observer.call_started({"p", 0, 9, 3, CallRole::draft, 0});
    run.observer.draft_landed(9, 3, DrawnRun::draft(9, 3, "7"));
    run.observer.workspace_made(0, {});
    EXPECT_TRUE(run.observer.picture().rounds.empty());
}

TEST(PictureObserver, TogetherShowsADistillersCalls) {
    DrawnRun run(2, 2);
    run.begin(1, 2);
    const Place first{"p", 0, 1, 0, CallRole::select, 0};
    const Place second{"p", 0, 1, 1, CallRole::select, 0};
    run.observer.call_started(first);
    run.observer.call_started(second);
    EXPECT_TRUE(run.observer.picture().rounds[0].over);
    Completion done;
    done.finish = Finish::stop;
    run.observer.call_landed(first, done);
    EXPECT_TRUE(run.observer.picture().rounds[0].distil.under_way());
    run.observer.call_landed(second, done);
    EXPECT_FALSE(run.observer.picture().rounds[0].distil.under_way());
}

}  // namespace
}  // namespace retort::cli

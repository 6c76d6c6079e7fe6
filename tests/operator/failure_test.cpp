// Drafts that fail or have no solution: a round goes on with what it has, and says so.
#include "operator/harness.h"

namespace retort::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

Completion server_down() {
    return failed_completion({CallErrorKind::server, "the server answered 500", true, 0, 500});
}

Completion cut_off() {
    Completion out = scripted_text("still thinking about");
    out.finish = Finish::length;
    return out;
}

TEST(Failure, ARoundGoesOnWithTheDraftsItHas) {
    Harness harness([](const CompletionRequest& request) {
        return request.place.path() == "r1.d1" ? server_down() : numbered_answer(request);
    });
    const RunResult result = harness.run("pdr:3");
    ASSERT_FALSE(result.error);
    EXPECT_EQ(result.answer, "7");
    EXPECT_EQ(result.budget.calls, 4);
    EXPECT_THAT(result.rounds[0].workspaces.at(0).sources, testing::ElementsAre("r1.d0", "r1.d2"));
    EXPECT_THAT(result.warnings, Contains(HasSubstr("1 of 3 drafts failed (r1.d1)")));
}

TEST(Failure, WithNoDraftBecauseTheServerFailedTheRunEndsWithExitCode3) {
    Harness harness([](const CompletionRequest&) { return server_down(); });
    const RunResult result = harness.run("pdr:3");
    ASSERT_TRUE(result.error);
    EXPECT_EQ(exit_code(result.error->kind), 3);
    EXPECT_THAT(result.error->message, HasSubstr("the server answered 500"));
    EXPECT_EQ(result.budget.calls, 0);
    EXPECT_FALSE(result.answer);
}

TEST(Failure, WithNoDraftForLackOfASolutionTheNextRoundStartsFromTheProblemAlone) {
    Harness harness([](const CompletionRequest& request) {
        return request.place.round == 1 ? cut_off() : numbered_answer(request);
    });
    const RunResult result = harness.run("pdr:2,2");
    ASSERT_FALSE(result.error);
    EXPECT_THAT(prompt_text(harness.by_path().at("r2.d0").prompt), testing::Not(HasSubstr("Notes from")));
    EXPECT_THAT(result.warnings, Contains(HasSubstr("the next step starts from the problem alone")));
    EXPECT_THAT(result.warnings, Contains(HasSubstr("2 of 2 drafts were cut off without a solution")));
    EXPECT_EQ(result.answer, "7");
    EXPECT_EQ(result.budget.calls, 2 + 2 + 1 + 1);
}

TEST(Failure, AQuorumThatTheServerMissedEndsTheRun) {
    Harness harness([](const CompletionRequest& request) {
        return request.place.draft == 0 ? server_down() : numbered_answer(request);
    });
    Schedule schedule = parse_operator("pdr:3", harness.defaults).value();
    schedule.rounds[0].quorum = 3;
    const RunResult result = harness.run(std::make_shared<FixedSchedule>(schedule));
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind, ErrorKind::model);
}

TEST(Failure, FailedAttemptsCountInCallsAndBTotalButNotInBSeq) {
    Harness clean;
    Harness faulty([](const CompletionRequest& request) {
        Completion out = numbered_answer(request);
        FailedAttempt attempt;
        attempt.error = {CallErrorKind::protocol, "cut", true, 0, 0};
        attempt.usage.in = 10;
        attempt.usage.out = 5;
        out.failed.assign(2, attempt);
        return out;
    });
    const RunResult without = clean.run("pdr:2");
    const RunResult with = faulty.run("pdr:2");
    EXPECT_EQ(with.budget.failed_calls, 8);
    EXPECT_EQ(with.budget.b_total, without.budget.b_total + 4 * 30);
    EXPECT_EQ(with.budget.b_seq, without.budget.b_seq);
    EXPECT_EQ(with.budget.calls, without.budget.calls);
}

TEST(Failure, AFinalCallThatFailsKeepsTheRounds) {
    Harness harness([](const CompletionRequest& request) {
        return request.place.role == CallRole::final ? server_down() : numbered_answer(request);
    });
    const RunResult result = harness.run("pdr:2");
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind, ErrorKind::model);
    EXPECT_EQ(result.rounds.at(0).drafts.size(), 2U);
    EXPECT_GT(result.budget.b_total, 0);
}

TEST(Failure, AFinalCallThatIsCutOffGivesNoAnswerAndAWarning) {
    Harness harness([](const CompletionRequest&) { return cut_off(); });
    const RunResult result = harness.run("cot");
    EXPECT_FALSE(result.error);
    EXPECT_FALSE(result.answer);
    EXPECT_THAT(result.warnings, Contains(HasSubstr("cut off without a solution")));
}

TEST(Failure, AStopRequestCancelsEverythingAndEndsAsInterrupted) {
    Harness harness(numbered_answer, [](const CompletionRequest&) { return std::chrono::seconds(60); });
    class StopAtOnce : public RunObserver {
      public:
        explicit StopAtOnce(std::stop_source& stop) : stop_(stop) {}
        void call_started(const Place&) override {
            if (++started_ == 3) stop_.request_stop();
        }

      private:
        std::stop_source& stop_;
        int started_ = 0;
    } observer(harness.stop);
    harness.observer = &observer;
    const RunResult result = harness.run("pdr:3,2");
    ASSERT_TRUE(result.error);
    EXPECT_EQ(exit_code(result.error->kind), 130);
    EXPECT_EQ(result.budget.calls, 0);
}

TEST(Failure, ANoteOfManyCallsIsToldOnce) {
    Harness harness([](const CompletionRequest& request) {
        Completion out = numbered_answer(request);
        out.notes = {"the server reports no usage"};
        return out;
    });
    EXPECT_THAT(harness.run("vote:3").warnings, testing::ElementsAre("r1.d0 and 2 more: the server reports no usage"));
}

}  // namespace
}  // namespace retort::test

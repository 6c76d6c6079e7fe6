// Policies other than a fixed schedule, and drafts that are several calls, need no change in the loop.
#include "operator/harness.h"

namespace retort::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

FinishStep vote() {
    FinishStep finish;
    finish.kind = FinishKind::vote;
    return finish;
}

Round round_of(int width) {
    Round round;
    round.width = width;
    round.think = 100;
    round.max_answer = 50;
    round.distil.kind = DistillerKind::random;
    return round;
}

// Stops a round as soon as two drafts agree.
class StopOnAgreement : public Policy {
  public:
    std::string name() const override { return "stop-on-agreement"; }
    Decision decide(const RunView& run) const override {
        if (run.rounds.empty()) return round_of(8);
        const auto counts = count_answers(run.rounds.back().drafts);
        const bool agreed = !counts.empty() && counts.front().drafts.size() >= 2;
        if (agreed || run.outstanding() == 0) return vote();
        return Wait{};
    }
    Schedule rest(const RunView&) const override { return {"", {}, vote()}; }
};

// Doubles the next round while the drafts disagree, up to three rounds.
class WidenOnDisagreement : public Policy {
  public:
    std::string name() const override { return "widen"; }
    Decision decide(const RunView& run) const override {
        if (run.rounds.empty()) return round_of(2);
        if (run.outstanding() > 0) return Wait{};
        const RoundState& last = run.rounds.back();
        const bool agree = count_answers(last.drafts).size() == 1;
        if (agree || run.rounds.size() == 3) return vote();
        return round_of(2 * last.spec.width);
    }
    Schedule rest(const RunView&) const override { return {"", {}, vote()}; }
};

TEST(Policy, ARoundStopsWhenDraftsAgreeAndTheOthersAreCancelled) {
    const auto latency = [](const CompletionRequest& request) {
        return std::chrono::milliseconds(request.place.draft < 3 ? 1 : 5000);
    };
    Harness harness(
        [](const CompletionRequest& request) {
            return scripted_text(request.place.draft == 0 ? "\\boxed{1}" : "\\boxed{2}");
        },
        latency);
    const RunResult result = harness.run(std::make_shared<StopOnAgreement>());
    ASSERT_FALSE(result.error);
    EXPECT_EQ(result.answer, "2");
    EXPECT_EQ(result.budget.calls, 3);
    EXPECT_EQ(result.rounds[0].drafts[7].completion.finish, Finish::cancelled);
    EXPECT_THAT(result.warnings, Contains(HasSubstr("5 drafts were cancelled")));
}

TEST(Policy, ARoundWidensWhenTheDraftsOfTheLastDisagree) {
    Harness harness([](const CompletionRequest& request) {
        return scripted_text(request.place.round == 3 ? "\\boxed{5}"
                                                      : "\\boxed{" + std::to_string(request.place.draft) + "}");
    });
    const RunResult result = harness.run(std::make_shared<WidenOnDisagreement>());
    EXPECT_EQ(result.rounds.size(), 3U);
    EXPECT_EQ(result.budget.calls, 2 + 4 + 8);
    EXPECT_EQ(result.answer, "5");
}

TEST(Policy, SeesTextAnswerLogProbabilitiesAndVerdictOfEachLandedDraft) {
    class Looking : public StopOnAgreement {
      public:
        Decision decide(const RunView& run) const override {
            if (!run.rounds.empty())
                for (const Draft& draft : run.rounds.back().drafts) {
                    if (!draft.landed) continue;
                    EXPECT_EQ(draft.answer, "3");
                    EXPECT_EQ(draft.solution, "\\boxed{3}");
                    EXPECT_EQ(draft.verdict, Verdict::equal);
                    EXPECT_EQ(draft.completion.trace.logprobs.size(), 1U);
                    EXPECT_GT(run.spent.b_total, 0);
                }
            return StopOnAgreement::decide(run);
        }
    };
    Harness harness([](const CompletionRequest&) {
        Completion out = scripted_text("\\boxed{3}");
        out.trace = {{17}, {-0.5F}, {0}};
        return out;
    });
    harness.problem.reference = "3";
    EXPECT_EQ(harness.run(std::make_shared<Looking>()).verdict, Verdict::equal);
}

TEST(Policy, ThatWaitsForNothingIsAnErrorAndNoHangUp) {
    class Waiting : public StopOnAgreement {
        Decision decide(const RunView&) const override { return Wait{}; }
    };
    Harness harness;
    const RunResult result = harness.run(std::make_shared<Waiting>());
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind, ErrorKind::usage);
}

TEST(Policy, ThatThrowsEndsTheRunWithAnErrorOnceEveryDraftHasLanded) {
    class Throwing : public StopOnAgreement {
      public:
        Decision decide(const RunView& run) const override {
            if (!run.rounds.empty()) throw std::runtime_error("cannot decide");
            return round_of(4);
        }
    };
    Harness harness(numbered_answer, [](const CompletionRequest& request) {
        return std::chrono::milliseconds(request.place.draft == 0 ? 1 : 5000);
    });
    const RunResult result = harness.run(std::make_shared<Throwing>());
    ASSERT_TRUE(result.error);
    EXPECT_THAT(result.error->message, HasSubstr("cannot decide"));
    EXPECT_EQ(result.rounds[0].drafts[3].completion.finish, Finish::cancelled);
}

TEST(Policy, ThatNamesAPromptNobodyHasIsAnError) {
    Harness harness;
    Schedule schedule = parse_operator("pdr:2,2", harness.defaults).value();
    schedule.rounds[0].distil.prompt = "no such prompt";
    const RunResult result = harness.run(std::make_shared<FixedSchedule>(schedule));
    ASSERT_TRUE(result.error);
    EXPECT_THAT(result.error->message, HasSubstr("there is no template \"no such prompt\""));
}

// Three calls in a row: ask, use a tool, ask again with what it said.
class ToolLoop : public DraftTask {
  public:
    Task<Completion> attempt(DraftContext& context) const override {
        std::vector<Message> messages = context.prompt();
        Completion last;
        for (int turn = 0; turn < 3; ++turn) {
            last = co_await context.call(messages);
            messages.push_back({"assistant", last.text});
            messages.push_back({"user", "the tool says " + std::to_string(turn)});
        }
        co_return last;
    }
};

TEST(DraftTask, ThatThrowsThrowsOnceEveryOtherDraftHasLanded) {
    class Throwing : public DraftTask {
      public:
        Task<Completion> attempt(DraftContext& context) const override {
            Completion out = co_await context.call(context.prompt());
            if (out.text.find("100") != std::string::npos) throw std::runtime_error("tool broke");
            co_return out;
        }
    };
    Harness harness;
    const Throwing broken;
    harness.task = &broken;
    EXPECT_THROW(harness.run("vote:4"), std::runtime_error);
    EXPECT_EQ(harness.model.asked().size(), 4U);
}

TEST(DraftTask, AToolLoopIsOnePathOfTheLedger) {
    Harness harness([](const CompletionRequest& request) {
        return scripted_text("turn " + std::to_string(request.place.turn) + " \\boxed{4}");
    });
    const ToolLoop tools;
    harness.task = &tools;
    const RunResult result = harness.run("vote:2");
    ASSERT_FALSE(result.error);
    EXPECT_EQ(result.budget.calls, 6);
    EXPECT_EQ(result.budget.b_seq_nominal, 300);
    const auto asked = harness.by_path();
    std::int64_t path = 0;
    for (const std::string turn : {"r1.d1", "r1.d1.t1", "r1.d1.t2"})
        path += count_words(prompt_text(asked.at(turn).prompt)) + 3;
    EXPECT_EQ(result.budget.b_seq, path);
    EXPECT_EQ(result.budget.b_total, 2 * path);
    EXPECT_EQ(result.rounds[0].drafts[0].solution, "turn 2 \\boxed{4}");
    EXPECT_THAT(prompt_text(asked.at("r1.d0.t2").prompt), HasSubstr("the tool says 1"));
}

}  // namespace
}  // namespace retort::test

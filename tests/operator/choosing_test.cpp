// The finishes that a judge decides: who wins, who was asked what, and what a reply that cannot be read does.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "operator/harness.h"

namespace retort::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// The number in the first box of each candidate that a judge's prompt shows, in the order in which they stand.
std::vector<int> shown(const CompletionRequest& request) {
    const std::string text = prompt_text(request.prompt);
    std::vector<int> out;
    for (std::size_t at = text.find("\\boxed{"); at != std::string::npos; at = text.find("\\boxed{", at + 1))
        out.push_back(std::stoi(text.substr(at + 7)));
    return out;
}

using Judge = std::function<std::string(const CompletionRequest&)>;

Harness judged_by(Judge judge) {
    return Harness([judge](const CompletionRequest& request) {
        return request.place.role == CallRole::judge ? scripted_text(judge(request)) : numbered_answer(request);
    });
}

// Votes for this answer where it stands, else for the first.
std::string vote_for(const CompletionRequest& request, int answer) {
    const std::vector<int> candidates = shown(request);
    const auto found = std::find(candidates.begin(), candidates.end(), answer);
    return "SELECT: " + std::to_string(found == candidates.end() ? 1 : found - candidates.begin() + 1);
}

std::string score_by_draft(const CompletionRequest& request, const std::vector<std::string>& scores) {
    return "SCORE: " + scores.at(static_cast<std::size_t>(request.place.draft));
}

TEST(Best, TakesTheDraftWithTheHighestScore) {
    Harness harness = judged_by([](const auto& r) { return score_by_draft(r, {"10", "90", "40"}); });
    const RunResult result = harness.run("best:3");
    ASSERT_FALSE(result.error) << result.error->message;
    EXPECT_EQ(result.answer, "101");
    EXPECT_EQ(result.text, "This is it: \\boxed{101}");
    EXPECT_FALSE(result.final);
    ASSERT_TRUE(result.choice);
    EXPECT_EQ(result.choice->draft, "r1.d1");
    ASSERT_EQ(result.choice->calls.size(), 3U);
    EXPECT_EQ(result.choice->calls[2].path, "r2.judge.d2");
    EXPECT_EQ(result.choice->calls[2].score, 40);
    EXPECT_THAT(result.choice->calls[2].read, ElementsAre("r1.d2"));
    EXPECT_THAT(result.warnings, testing::IsEmpty());
}

TEST(Best, GivesATieToTheEarliestDraft) {
    Harness harness = judged_by([](const auto& r) { return score_by_draft(r, {"10", "70", "70"}); });
    EXPECT_EQ(harness.run("best:3").answer, "101");
}

TEST(Best, AsksOnceMoreForAScoreThatCannotBeReadAndThenGoesOnWithout) {
    Harness harness = judged_by([](const CompletionRequest& r) -> std::string {
        if (r.place.draft == 0) return "I like it";
        if (r.place.draft == 1) return r.place.turn == 0 ? "good" : "SCORE: 20";
        return "SCORE: 10";
    });
    const RunResult result = harness.run("best:3");
    EXPECT_EQ(result.answer, "101");
    EXPECT_EQ(result.budget.calls, 3 + 3 + 2);
    EXPECT_THAT(prompt_text(harness.by_path().at("r2.judge.d0.t1").prompt), HasSubstr("could not be read"));
    EXPECT_THAT(result.warnings, ElementsAre("the score could not be read, asked once more: r1.d0, r1.d1",
                                             "no score that can be read, not in the running: r1.d0"));
}

TEST(Best, LetsTheDraftsVoteWhenNoneHasAScore) {
    Harness harness([](const CompletionRequest& r) {
        return r.place.role == CallRole::judge ? scripted_text("fine")
                                               : scripted_text(r.place.draft == 0 ? "\\boxed{1}" : "\\boxed{2}", "t");
    });
    const RunResult result = harness.run("best:3");
    ASSERT_FALSE(result.error);
    EXPECT_EQ(result.answer, "2");
    EXPECT_EQ(result.choice->draft, "");
    EXPECT_THAT(result.warnings, Contains(HasSubstr("the drafts vote on the answer instead")));
}

TEST(Best, DoesNotJudgeADraftWithoutASolution) {
    Harness harness([](const CompletionRequest& r) {
        Completion out = r.place.path() == "r1.d1" ? scripted_text("still thinking") : numbered_answer(r);
        if (r.place.path() == "r1.d1") out.finish = Finish::length;
        return out;
    });
    const RunResult result = harness.run("best:3");
    EXPECT_EQ(result.answer, "100");
    EXPECT_EQ(result.budget.calls, 3 + 2);
    EXPECT_FALSE(harness.by_path().contains("r2.judge.d1"));
    EXPECT_THAT(result.warnings, Contains("not judged, for lack of a solution: r1.d1"));
}

TEST(Best, WithoutAnySolutionHasNoAnswerAndAsksNobody) {
    Harness harness([](const CompletionRequest&) {
        Completion out = scripted_text("still thinking");
        out.finish = Finish::length;
        return out;
    });
    const RunResult result = harness.run("best:2");
    EXPECT_FALSE(result.error);
    EXPECT_FALSE(result.answer);
    EXPECT_EQ(result.budget.calls, 2);
    EXPECT_THAT(result.warnings, Contains("no draft has a solution: nothing to judge"));
}

TEST(Best, GoesOnWhenSomeOfTheJudgesCallsFailAndEndsWhenAllDo) {
    const auto failing = [](int from) {
        return Harness([from](const CompletionRequest& r) {
            if (r.place.role == CallRole::judge && r.place.draft >= from)
                return failed_completion({CallErrorKind::server, "the server answered 500", true, 0, 500});
            return numbered_answer(r);
        });
    };
    Harness some = failing(1);
    EXPECT_EQ(some.run("best:3").answer, "100");
    Harness all = failing(0);
    const RunResult result = all.run("best:3");
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind, ErrorKind::model);
    EXPECT_THAT(result.error->message, HasSubstr("the server answered 500"));
}

TEST(Best, NeverShowsTheReferenceToTheJudge) {
    for (const std::string method : {"best:3", "tournament:4,2,2"}) {
        Harness harness;
        harness.problem.reference = "reference-4711";
        harness.run(method);
        for (const CompletionRequest& request : harness.model.asked())
            EXPECT_THAT(prompt_text(request.prompt), Not(HasSubstr("reference-4711")));
    }
}

TEST(Best, WaitsForEveryScore) {
    Harness harness;
    const RunResult result = harness.run("best:3");
    std::int64_t heaviest = 0;
    const auto asked = harness.by_path();
    const auto tokens = [&](const std::string& path) {
        const CompletionRequest& request = asked.at(path);
        return count_words(prompt_text(request.prompt)) + count_words(numbered_answer(request).text);
    };
    for (const std::string d : {"d0", "d1", "d2"})
        heaviest = std::max(heaviest, tokens("r1." + d) + tokens("r2.judge." + d));
    EXPECT_EQ(result.budget.b_seq, heaviest);
}

TEST(Tournament, LetsTheMajorityOfEachGroupGoOn) {
    Harness harness = judged_by([](const auto& r) { return vote_for(r, 102); });
    const RunResult result = harness.run("tournament:5,2,3");
    ASSERT_FALSE(result.error) << result.error->message;
    EXPECT_EQ(result.answer, "102");
    EXPECT_EQ(result.choice->draft, "r1.d2");
    EXPECT_EQ(result.budget.calls, 5 + 4 * 3);
    std::set<std::vector<std::string>> second_level;  // whoever won the first, in the order of the drafts
    for (const JudgeCall& call : result.choice->calls)
        if (call.path.starts_with("r2.judge.d2")) second_level.insert(call.read);
    for (const std::vector<std::string>& read : second_level) EXPECT_THAT(read, Contains("r1.d2"));
}

TEST(Tournament, ADraftThatIsLeftOverPassesFree) {
    Harness harness = judged_by([](const auto& r) { return vote_for(r, 104); });
    const RunResult result = harness.run("tournament:5,2,1");
    EXPECT_EQ(result.answer, "104");
    EXPECT_EQ(result.budget.calls, 5 + 4);
    int compared = 0;
    for (const JudgeCall& call : result.choice->calls)
        compared += std::count(call.read.begin(), call.read.end(), "r1.d4");
    EXPECT_EQ(compared, 1);
}

TEST(Tournament, EveryCandidateStandsFirstEquallyOften) {
    Harness harness;
    const RunResult result = harness.run("tournament:3,3,6");
    std::map<std::string, int> first;
    for (const JudgeCall& call : result.choice->calls) ++first[call.read.front()];
    EXPECT_THAT(first, ElementsAre(testing::Pair("r1.d0", 2), testing::Pair("r1.d1", 2), testing::Pair("r1.d2", 2)));
}

TEST(Tournament, AJudgeThatLooksAtThePlaceAloneFavoursNobody) {
    Harness harness = judged_by([](const auto&) { return "SELECT: 1"; });
    EXPECT_EQ(harness.run("tournament:2,2,4").answer, "100") << "a tie goes to the earliest draft";
    std::set<std::string> winners;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Harness one = judged_by([](const auto&) { return "SELECT: 1"; });
        one.settings.seed = seed;
        winners.insert(*one.run("tournament:2,2,1").answer);
    }
    EXPECT_EQ(winners.size(), 2U);
}

TEST(Tournament, RecordsVotesThatCannotBeReadAndDoesNotCountThem) {
    Harness harness = judged_by(
        [](const CompletionRequest& r) { return r.place.turn < 2 ? std::string("both are fine") : vote_for(r, 101); });
    const RunResult result = harness.run("tournament:2,2,3");
    EXPECT_EQ(result.answer, "101");
    EXPECT_EQ(result.budget.calls, 2 + 3);
    EXPECT_FALSE(result.choice->calls[0].chose);
    EXPECT_EQ(result.choice->calls[2].chose, "r1.d1");
    EXPECT_THAT(result.warnings, ElementsAre("r2.judge.d0 and 1 more: the vote could not be read, and does not count"));
}

TEST(Tournament, EndsWhenEveryCallOfALevelFails) {
    Harness harness([](const CompletionRequest& r) {
        return r.place.role == CallRole::judge
                   ? failed_completion({CallErrorKind::server, "the server answered 500", true, 0, 500})
                   : numbered_answer(r);
    });
    const RunResult result = harness.run("tournament:4,2,2");
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind, ErrorKind::model);
    EXPECT_EQ(result.rounds.at(0).drafts.size(), 4U);
}

TEST(Tournament, TheHeaviestPathGoesThroughAVoteOfEachLevel) {
    Harness harness;
    const RunResult result = harness.run("tournament:4,2,2");
    const auto asked = harness.by_path();
    const auto tokens = [&](const std::string& path) {
        const CompletionRequest& request = asked.at(path);
        return count_words(prompt_text(request.prompt)) + count_words(numbered_answer(request).text);
    };
    EXPECT_EQ(result.budget.b_seq, tokens("r1.d0") + tokens("r2.judge.d0") + tokens("r2.judge.d2"));
}

TEST(Judged, CallsGoToTheJudgesModel) {
    Harness harness;
    ScriptedModel judge(numbered_answer);
    EngineDependencies deps;
    deps.models = {{{"m", &harness.model}, {"j", &judge}}, "m", "", "j", ""};
    deps.prompts = &compiled_prompt_sets().front();
    asio::io_context loop;
    const auto policy = std::make_shared<FixedSchedule>(parse_operator("best:2", harness.defaults).value());
    run_to_end(loop, run_operator(harness.problem, policy, {}, deps, {}));
    EXPECT_EQ(harness.model.asked().size(), 2U);
    ASSERT_EQ(judge.asked().size(), 2U);
    EXPECT_EQ(judge.asked()[0].model, "j");
}

TEST(Judged, AFinishWithoutARoundIsAnErrorOfThePolicy) {
    for (const FinishKind kind : {FinishKind::vote, FinishKind::best, FinishKind::tournament}) {
        Harness harness;
        Schedule schedule{"mine", {}, {}};
        schedule.finish.kind = kind;
        const RunResult result = harness.run(std::make_shared<FixedSchedule>(schedule));
        ASSERT_TRUE(result.error);
        EXPECT_EQ(result.error->kind, ErrorKind::usage);
    }
}

RC_GTEST_PROP(Judged, TheOrderOfLandingChangesNothing, ()) {
    const auto method = *rc::gen::element<std::string>("best:5", "tournament:7,3,3");
    const auto shuffle = *rc::gen::arbitrary<std::uint64_t>();
    const auto run = [&](std::uint64_t order) {
        Harness harness(
            [](const CompletionRequest& r) {
                if (r.place.role != CallRole::judge) return numbered_answer(r);
                const std::uint32_t seed = call_seed(7, r.place);
                if (seed % 5 == 0) return scripted_text("no idea");
                return scripted_text("SCORE: " + std::to_string(seed % 4) +
                                     "\nSELECT: " + std::to_string(seed % shown(r).size() + 1));
            },
            [order](const CompletionRequest& r) {
                return std::chrono::microseconds(call_seed(order, r.place) % 1000);
            });
        return harness.run(method);
    };
    const RunResult one = run(0);
    const RunResult two = run(shuffle);
    RC_ASSERT(!one.error);
    RC_ASSERT(one.answer == two.answer);
    RC_ASSERT(one.choice->draft == two.choice->draft);
    RC_ASSERT(one.budget == two.budget);
    RC_ASSERT(one.warnings == two.warnings);
}

RC_GTEST_PROP(Judged, ATournamentMakesTheCallsThatThePlanSays, ()) {
    const auto drafts = *rc::gen::inRange(1, 20);
    const auto group = *rc::gen::inRange(2, 6);
    const auto votes = *rc::gen::inRange(1, 4);
    Harness harness;
    const std::string method =
        "tournament:" + std::to_string(drafts) + "," + std::to_string(group) + "," + std::to_string(votes);
    const RunResult result = harness.run(method);
    RC_ASSERT(result.budget.calls == plan_calls(parse_operator(method, harness.defaults).value()).calls);
}

}  // namespace
}  // namespace retort::test

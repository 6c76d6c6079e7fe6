// What each distiller hands on, and what happens when a model's selection or summary is of no use.
#include "operator/harness.h"

namespace retort::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Distillers, SummaryIsOneWorkspaceForAllReaders) {
    Harness harness;
    const RunResult result = harness.run("pdr:3,2");
    ASSERT_EQ(result.rounds[0].workspaces.size(), 1U);
    const Workspace& workspace = result.rounds[0].workspaces[0];
    EXPECT_EQ(workspace.text, "They differ. One is right.");
    EXPECT_EQ(workspace.tokens, 5);
    EXPECT_EQ(workspace.distiller, "summary");
    EXPECT_THAT(workspace.sources, ElementsAre("r1.d0", "r1.d1", "r1.d2"));
    EXPECT_THAT(workspace.read_by, ElementsAre("r2.d0", "r2.d1"));
}

TEST(Distillers, TopKHandsOnTheSelectedSolutionsWhole) {
    Harness harness;
    harness.defaults.distiller = DistillerKind::topk;
    const RunResult result = harness.run("pdr:3,2");
    const Workspace& workspace = result.rounds[0].workspaces.at(0);
    EXPECT_THAT(workspace.sources, ElementsAre("r1.d0", "r1.d1"));
    EXPECT_THAT(workspace.text, HasSubstr("\\boxed{100}"));
    EXPECT_THAT(workspace.text, Not(HasSubstr("\\boxed{102}")));
}

TEST(Distillers, TopKEachSelectsForEveryReaderOfItsOwn) {
    Harness harness([](const CompletionRequest& request) {
        if (request.place.role == CallRole::select)
            return scripted_text("SELECT: " + std::to_string(request.place.draft + 1));
        return numbered_answer(request);
    });
    harness.defaults.distiller = DistillerKind::topk_each;
    const RunResult result = harness.run("pdr:3,2");
    ASSERT_EQ(result.rounds[0].workspaces.size(), 2U);
    EXPECT_THAT(result.rounds[0].workspaces[1].sources, ElementsAre("r1.d1"));
    EXPECT_THAT(result.rounds[0].workspaces[1].read_by, ElementsAre("r2.d1"));
}

TEST(Distillers, RandomDrawsForEachReaderIndependentlyAndTheSameForTheSameSeed) {
    Harness one;
    one.defaults.distiller = DistillerKind::random;
    Harness two;
    two.defaults.distiller = DistillerKind::random;
    const RunResult first = one.run("pdr:16,8");
    const RunResult second = two.run("pdr:16,8");
    std::set<std::vector<std::string>> drawn;
    for (std::size_t i = 0; i < 8; ++i) {
        EXPECT_EQ(first.rounds[0].workspaces.at(i).sources, second.rounds[0].workspaces.at(i).sources);
        EXPECT_EQ(first.rounds[0].workspaces[i].sources.size(), 2U);
        drawn.insert(first.rounds[0].workspaces[i].sources);
    }
    EXPECT_GT(drawn.size(), 3U);
}

TEST(Distillers, ConclusionsHandOnFinalAnswersOnly) {
    Harness harness;
    const RunResult result = harness.run("pacore:2");
    EXPECT_EQ(result.rounds[0].workspaces.at(0).text, "Candidate 1:\n100\n\nCandidate 2:\n101");
}

TEST(Distillers, PartsHandOnWhatMostDraftsGaveToEachPart) {
    PartsHarness harness({"A: 2+3\nC: 8-2", "no idea", "A: 2*3", "C: 8/2\nA: 3*2", "C: 8*2", "C: 8/2"});
    const RunResult result = harness.run("pdr:6");
    const Workspace& workspace = result.rounds[0].workspaces.at(0);
    EXPECT_EQ(workspace.text, "A: 2 * 3 ; 2 + 3\nB: none\nC: 8 / 2 ; 8 - 2");
    EXPECT_EQ(workspace.distiller, "parts");
    EXPECT_THAT(workspace.sources, testing::UnorderedElementsAre("r1.d0", "r1.d2", "r1.d3"));
    EXPECT_THAT(prompt_text(harness.by_path().at("final").prompt), HasSubstr(workspace.text));
}

TEST(Distillers, PartsKeepSoManyAnswersToAPartAndNoMoreThanFit) {
    PartsHarness one({"A: 2+3", "A: 3-2", "A: 2*3\nB: 4+5"});
    one.defaults.k = 1;
    EXPECT_EQ(one.run("pdr:3").rounds[0].workspaces.at(0).text, "A: 2 + 3\nB: 4 + 5\nC: none");
    PartsHarness small({"A: 2+3", "A: 3-2", "A: 2*3\nB: 4+5"});
    small.defaults.k = 3;
    small.defaults.workspace = 14;
    const Workspace workspace = small.run("pdr:3").rounds[0].workspaces.at(0);
    EXPECT_EQ(workspace.text, "A: 2 + 3 ; 3 - 2\nB: 4 + 5\nC: none");
    EXPECT_THAT(workspace.cuts, ElementsAre(Cut{"r1.d2", 3, 0}));
}

TEST(Distillers, PartsOfAnswersThatAreOneWholeAreTheMostFrequentAnswers) {
    Harness harness([](const CompletionRequest& request) {
        const std::vector<std::string> answers{"5", "7", "6", "7.0"};
        const auto draft = static_cast<std::size_t>(std::max(request.place.draft, 0));
        return scripted_text("FINAL SOLUTION \\boxed{" + answers[draft] + "}");
    });
    harness.defaults.distiller = DistillerKind::parts;
    const Workspace workspace = harness.run("pdr:4").rounds[0].workspaces.at(0);
    EXPECT_EQ(workspace.text, "Candidate 1:\n7\n\nCandidate 2:\n5");
    EXPECT_THAT(workspace.sources, ElementsAre("r1.d1", "r1.d0"));
}

TEST(Distillers, PartsThatNobodySolvedAreNoWorkspace) {
    const RunResult result = PartsHarness({"no idea", "nor I"}).run("pdr:2");
    EXPECT_TRUE(result.rounds[0].workspaces.at(0).text.empty());
    EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("starts from the problem alone")));
}

TEST(Distillers, FullIsUncutWhateverTheBound) {
    Harness harness;
    harness.defaults.distiller = DistillerKind::full;
    harness.defaults.workspace = 3;
    const RunResult result = harness.run("pdr:3");
    EXPECT_FALSE(result.rounds[0].workspaces.at(0).truncated);
    EXPECT_EQ(result.rounds[0].workspaces[0].sources.size(), 3U);
}

TEST(Distillers, OraclesKeepOnlyCorrectOrOnlyIncorrectCandidates) {
    Harness right;
    right.defaults.distiller = DistillerKind::oracle_correct;
    right.problem.reference = "102";
    EXPECT_THAT(right.run("pdr:4").rounds[0].workspaces.at(0).sources, ElementsAre("r1.d2"));
    Harness wrong;
    wrong.defaults.distiller = DistillerKind::oracle_incorrect;
    wrong.problem.reference = "100";
    EXPECT_THAT(wrong.run("pdr:4").rounds[0].workspaces.at(0).sources, ElementsAre("r1.d1", "r1.d2"));
}

TEST(Distillers, AnOracleWithoutACorrectDraftStartsFromTheProblemAloneAndSaysSo) {
    Harness harness;
    harness.defaults.distiller = DistillerKind::oracle_correct;
    harness.problem.reference = "999";
    const RunResult result = harness.run("pdr:2");
    EXPECT_TRUE(result.rounds[0].workspaces.at(0).text.empty());
    EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("starts from the problem alone")));
    EXPECT_THAT(prompt_text(harness.by_path().at("final").prompt), Not(HasSubstr("Notes from earlier")));
}

TEST(Distillers, ASelectionThatCannotBeReadIsAskedOnceMore) {
    Harness harness([](const CompletionRequest& request) {
        if (request.place.role == CallRole::select)
            return scripted_text(request.place.turn == 0 ? "I like them all." : "SELECT: 2");
        return numbered_answer(request);
    });
    harness.defaults.distiller = DistillerKind::topk;
    const RunResult result = harness.run("pdr:3");
    EXPECT_EQ(result.budget.calls, 3 + 2 + 1);
    EXPECT_THAT(result.rounds[0].workspaces.at(0).sources, ElementsAre("r1.d1"));
    EXPECT_THAT(result.warnings, ElementsAre(HasSubstr("asked once more")));
}

TEST(Distillers, ASelectionThatStaysUnreadableBecomesRandomKAndSaysSo) {
    Harness harness([](const CompletionRequest& request) {
        if (request.place.role == CallRole::select) return scripted_text("Candidate 99 is the best.");
        return numbered_answer(request);
    });
    harness.defaults.distiller = DistillerKind::topk;
    const RunResult result = harness.run("pdr:4");
    EXPECT_EQ(result.budget.calls, 4 + 2 + 1);
    EXPECT_EQ(result.rounds[0].workspaces.at(0).distiller, "random");
    EXPECT_EQ(result.rounds[0].workspaces[0].sources.size(), 2U);
    EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("drawn at random instead")));
}

TEST(Distillers, ASummaryThatFailsBecomesRandomK) {
    Harness harness([](const CompletionRequest& request) {
        if (request.place.role == CallRole::summary)
            return failed_completion({CallErrorKind::server, "500", true, 0, 500});
        return numbered_answer(request);
    });
    const RunResult result = harness.run("pdr:3");
    ASSERT_FALSE(result.error);
    EXPECT_EQ(result.rounds[0].workspaces.at(0).distiller, "random");
    EXPECT_EQ(result.answer, "7");
}

TEST(Distillers, ASummaryOverTheBoundIsCutAtASentenceEndAndRecorded) {
    Harness harness([](const CompletionRequest& request) {
        if (request.place.role == CallRole::summary)
            return scripted_text("FINAL SOLUTION\nOne two three. Four five six. Seven eight.");
        return numbered_answer(request);
    });
    harness.defaults.workspace = 7;
    const RunResult result = harness.run("pdr:2");
    const Workspace& workspace = result.rounds[0].workspaces.at(0);
    EXPECT_EQ(workspace.text, "One two three. Four five six.");
    EXPECT_TRUE(workspace.truncated);
    EXPECT_THAT(workspace.cuts, ElementsAre(Cut{"r1.summary", 8, 6}));
}

}  // namespace
}  // namespace retort::test

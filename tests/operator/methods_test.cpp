// Every method of the table: its calls, who reads what, and the figures against a count made from the requests alone.
#include <numeric>

#include "operator/harness.h"

namespace retort::test {
namespace {

struct MethodCase {
    std::string method;
    DistillerKind distiller;
    std::int64_t calls;
    std::int64_t sequential;
};

std::ostream& operator<<(std::ostream& out, const MethodCase& c) {
    return out << c.method << " " << name(c.distiller);
}

class Methods : public testing::TestWithParam<MethodCase> {};

std::int64_t tokens_of(const CompletionRequest& request) {
    return count_words(prompt_text(request.prompt)) + count_words(numbered_answer(request).text);
}

TEST_P(Methods, MakesTheCallsOfTheTableAndCountsThemExactly) {
    const MethodCase& c = GetParam();
    Harness harness;
    harness.defaults.distiller = c.distiller;
    harness.problem.reference = "101";
    const RunResult result = harness.run(c.method);
    ASSERT_FALSE(result.error) << result.error->message;
    EXPECT_EQ(result.budget.calls, c.calls);
    EXPECT_EQ(static_cast<std::int64_t>(harness.by_path().size()), c.calls);
    EXPECT_EQ(result.budget.failed_calls, 0);
    EXPECT_EQ(result.budget.b_seq_nominal, 100 * c.sequential);

    std::int64_t total = 0;
    for (const CompletionRequest& request : harness.model.asked()) total += tokens_of(request);
    EXPECT_EQ(result.budget.b_total, total);
    EXPECT_EQ(result.budget.tokens_in + result.budget.tokens_out, total);
    EXPECT_LE(result.budget.b_seq, total);
    EXPECT_TRUE(result.answer.has_value());
}

TEST_P(Methods, ThePlanSaysTheSameCalls) {
    const MethodCase& c = GetParam();
    StepDefaults defaults;
    defaults.distiller = c.distiller;
    const CallPlan plan = plan_calls(parse_operator(c.method, defaults).value());
    EXPECT_EQ(plan.calls, c.calls);
    EXPECT_EQ(plan.sequential, c.sequential);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Methods,
    testing::Values(
        MethodCase{"cot", DistillerKind::summary, 1, 1}, MethodCase{"sr:1", DistillerKind::summary, 1, 1},
        MethodCase{"sr:4", DistillerKind::summary, 4, 4}, MethodCase{"sr:3,analysis", DistillerKind::summary, 5, 5},
        MethodCase{"pdr:8", DistillerKind::summary, 8 + 1 + 1, 3},
        MethodCase{"pdr:8,4", DistillerKind::summary, 8 + 1 + 4 + 1 + 1, 5},
        MethodCase{"pdr:16,8,4", DistillerKind::summary, 32, 7},
        MethodCase{"pdr:8,4", DistillerKind::topk, 8 + 1 + 4 + 1 + 1, 5},
        MethodCase{"pdr:8,4", DistillerKind::topk_each, 8 + 4 + 4 + 1 + 1, 5},
        MethodCase{"pdr:8,4", DistillerKind::random, 13, 3}, MethodCase{"pdr:8,4", DistillerKind::conclusions, 13, 3},
        MethodCase{"pdr:8,4", DistillerKind::parts, 13, 3}, MethodCase{"pdr:8,4", DistillerKind::full, 13, 3},
        MethodCase{"pdr:8,4", DistillerKind::oracle_correct, 13, 3},
        MethodCase{"pdr:8,4", DistillerKind::oracle_incorrect, 13, 3},
        MethodCase{"vote:5", DistillerKind::summary, 5, 1}, MethodCase{"vote:5,parts", DistillerKind::summary, 5, 1},
        MethodCase{"best:5", DistillerKind::summary, 10, 2}, MethodCase{"best:1", DistillerKind::summary, 2, 2},
        MethodCase{"tournament:16,2,4", DistillerKind::summary, 16 + 15 * 4, 5},
        MethodCase{"tournament:7,3,2", DistillerKind::summary, 7 + 3 * 2, 3},
        MethodCase{"tournament:5,2,1", DistillerKind::summary, 5 + 4, 4},
        MethodCase{"tournament:1,2,8", DistillerKind::summary, 1, 1},
        MethodCase{"rsa:4,2,3", DistillerKind::summary, 12, 3},
        MethodCase{"pacore:8,4", DistillerKind::summary, 13, 3}));

TEST(Methods, TheHeaviestPathIsTheOneThroughTheSummaries) {
    Harness harness;
    const RunResult result = harness.run("pdr:3,2");
    const auto asked = harness.by_path();
    const auto heaviest = [&](int round, int width) {
        std::int64_t out = 0;
        for (int i = 0; i < width; ++i)
            out = std::max(out, tokens_of(asked.at(Place{"p", 0, round, i, CallRole::draft}.path())));
        return out;
    };
    EXPECT_EQ(result.budget.b_seq, heaviest(1, 3) + tokens_of(asked.at("r1.summary")) + heaviest(2, 2) +
                                       tokens_of(asked.at("r2.summary")) + tokens_of(asked.at("final")));
}

TEST(Methods, SequentialRefinementReadsTheProblemAndTheLastSolutionOnly) {
    Harness harness;
    harness.run("sr:3");
    const auto asked = harness.by_path();
    EXPECT_THAT(prompt_text(asked.at("r2.d0").prompt), testing::HasSubstr("\\boxed{100}"));
    const std::string last = prompt_text(asked.at("final").prompt);
    EXPECT_THAT(last, testing::HasSubstr("\\boxed{200}"));
    EXPECT_THAT(last, testing::Not(testing::HasSubstr("\\boxed{100}")));
    EXPECT_THAT(last, testing::HasSubstr("six times seven"));
}

TEST(Methods, AnAnalysisStandsBetweenTwoRefinements) {
    Harness harness;
    harness.run("sr:2,analysis");
    const auto asked = harness.by_path();
    EXPECT_THAT(prompt_text(asked.at("r1.analysis").prompt), testing::HasSubstr("\\boxed{100}"));
    const std::string last = prompt_text(asked.at("final").prompt);
    EXPECT_THAT(last, testing::HasSubstr("Step two is wrong."));
    EXPECT_THAT(last, testing::HasSubstr("\\boxed{100}"));
}

TEST(Methods, AVoteTakesTheAnswerOfMostDraftsAndTheEarliestOnATie) {
    Harness harness([](const CompletionRequest& request) {
        const std::vector<std::string> answers{"5", "7", "7.0", "5"};
        return scripted_text("FINAL SOLUTION \\boxed{" + answers[static_cast<std::size_t>(request.place.draft)] + "}");
    });
    EXPECT_EQ(harness.run("vote:3").answer, "7");
    EXPECT_EQ(harness.run("vote:4").answer, "5");
}

TEST(Methods, AVoteOnPartsTakesForEachPartTheAnswerOfMostDrafts) {
    const std::vector<std::string> drafts{"A: 2+3", "A: 2*3\nB: 5-4", "B: 4+5", "A: 3*2\nC: 8/2", "B: 5+4"};
    const RunResult whole = PartsHarness(drafts).run("vote:5");
    EXPECT_EQ(whole.answer, "A: none; B: 4 + 5; C: none");
    EXPECT_EQ(whole.verdict, Verdict::different);
    const RunResult parts = PartsHarness(drafts).run("vote:5,parts");
    EXPECT_EQ(parts.answer, "A: 2 * 3; B: 4 + 5; C: 8 / 2");
    EXPECT_EQ(parts.text, parts.answer);
    EXPECT_EQ(parts.verdict, Verdict::equal);
    EXPECT_EQ(parts.budget.b_seq, whole.budget.b_seq);
    EXPECT_EQ(parts.budget.b_total, whole.budget.b_total);
}

TEST(Methods, AVoteOnPartsLeavesOutWhatNoDraftSolvedAndTakesTheEarliestOnATie) {
    EXPECT_EQ(PartsHarness({"A: 3-2", "C: 8/2\nA: 2*3"}).run("vote:2,parts").answer, "A: 3 - 2; B: none; C: 8 / 2");
    const RunResult nothing = PartsHarness({"no idea", "nor I"}).run("vote:2,parts");
    EXPECT_EQ(nothing.answer, std::nullopt);
    EXPECT_THAT(nothing.warnings, testing::ElementsAre(testing::HasSubstr("nothing to vote on")));
}

TEST(Methods, OnAnAnswerThatIsOneWholeAVoteOnPartsIsTheVote) {
    Harness harness([](const CompletionRequest& request) {
        return scripted_text(request.place.draft == 0 ? "FINAL SOLUTION \\boxed{5}" : "FINAL SOLUTION \\boxed{7}");
    });
    EXPECT_EQ(harness.run("vote:3,parts").answer, "7");
}

TEST(Methods, OnlySolutionsEnterAWorkspaceNeverReasoning) {
    Harness harness(
        [](const CompletionRequest&) { return scripted_text("The solution. \\boxed{1}", "secret reasoning"); });
    harness.run("pdr:2");
    for (const CompletionRequest& request : harness.model.asked())
        EXPECT_THAT(prompt_text(request.prompt), testing::Not(testing::HasSubstr("secret")));
}

TEST(Methods, AWorkspaceIsRebuiltEachRoundAndNeverAppendedTo) {
    Harness harness;
    harness.defaults.distiller = DistillerKind::full;
    const RunResult result = harness.run("pdr:2,2");
    EXPECT_THAT(result.rounds[1].workspaces[0].text, testing::Not(testing::HasSubstr("\\boxed{100}")));
    EXPECT_THAT(result.rounds[1].workspaces[0].sources, testing::ElementsAre("r2.d0", "r2.d1"));
}

TEST(Methods, EveryCallHasASeedOfItsOwnThatDependsOnTheRunsSeed) {
    Harness one;
    one.run("pdr:4,2");
    Harness other;
    other.settings.seed = 1;
    other.run("pdr:4,2");
    std::set<std::uint32_t> seeds;
    for (const auto& harness : {&one, &other})
        for (const CompletionRequest& request : harness->model.asked()) seeds.insert(request.seed);
    EXPECT_EQ(seeds.size(), 2 * one.model.asked().size());
}

TEST(Methods, RolesMayHaveTheirOwnModel) {
    Harness harness;
    ScriptedModel other(numbered_answer);
    EngineDependencies deps;
    deps.models = {{{"m", &harness.model}, {"big", &other}}, "m", "big", "", "big"};
    deps.prompts = &compiled_prompt_sets().front();
    asio::io_context loop;
    const auto policy = std::make_shared<FixedSchedule>(parse_operator("pdr:2", harness.defaults).value());
    run_to_end(loop, run_operator(harness.problem, policy, {}, deps, {}));
    EXPECT_EQ(harness.model.asked().size(), 2U);
    ASSERT_EQ(other.asked().size(), 2U);
    EXPECT_EQ(other.asked()[0].place.role, CallRole::summary);
    EXPECT_EQ(other.asked()[1].model, "big");
}

}  // namespace
}  // namespace retort::test

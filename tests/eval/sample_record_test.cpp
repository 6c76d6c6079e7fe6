#include "eval/sample_record.h"

#include <gtest/gtest.h>

#include "operator/result_json.h"

namespace retort::test {
namespace {

RunResult result() {
    RunResult out;
    out.answer = "7";
    out.text = "so \\boxed{7}";
    out.verdict = Verdict::equal;
    out.budget.b_seq = 30;
    out.budget.b_total = 50;
    out.budget.calls = 3;
    RoundState round;
    round.spec.width = 2;
    round.drafts.resize(2);
    round.drafts[0].path = "r1.d0";
    round.drafts[0].landed = true;
    round.drafts[0].has_solution = true;
    round.drafts[0].answer = "8";
    round.drafts[0].verdict = Verdict::different;
    round.drafts[0].completion.finish = Finish::stop;
    round.drafts[0].completion.usage.out = 9;
    round.drafts[1].path = "r1.d1";
    Workspace workspace;
    workspace.text = "Candidate 1:\n8";
    workspace.tokens = 3;
    workspace.sources = {"r1.d0"};
    workspace.read_by = {"final"};
    workspace.cuts = {{"r1.d1", 5, 0}};
    round.workspaces.push_back(workspace);
    round.calls = {{"r1.summary", Finish::stop, 6, 7}};
    round.b_seq = 99;
    out.rounds.push_back(round);
    out.final = FinalCall{"final", Finish::stop, 4, 5};
    out.warnings = {"a warning"};
    return out;
}

TEST(SampleRecord, HoldsWhatTheResultSaid) {
    const auto read = sample_record("p", 3, result_json({}, result()));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->problem, "p");
    EXPECT_EQ(read->sample, 3);
    EXPECT_TRUE(read->right());
    EXPECT_EQ(read->budget, result().budget);
    ASSERT_EQ(read->rounds.size(), 1U);
    EXPECT_EQ(read->rounds[0].drafts[0].answer, "8");
    EXPECT_EQ(read->rounds[0].drafts[0].verdict, Verdict::different);
    EXPECT_EQ(read->rounds[0].drafts[1].finish, Finish::cancelled);
    EXPECT_EQ(read->rounds[0].workspaces[0].cuts, result().rounds[0].workspaces[0].cuts);
    ASSERT_EQ(read->rounds[0].calls.size(), 1U);
    EXPECT_EQ(read->rounds[0].calls[0].path, "r1.summary");
    EXPECT_EQ(read->rounds[0].calls[0].tokens_out, 7);
    EXPECT_EQ(read->rounds[0].b_seq, 99);
    EXPECT_EQ(read->final->tokens_out, 5);
}

TEST(SampleRecord, OfAnOlderJournalLacksWhatWasNotKept) {
    std::string json = result_json({}, result());
    const std::string calls =
        R"(,"calls":[{"path":"r1.summary","finish":"stop","tokens_in":6,"tokens_out":7}],"b_seq":99)";
    ASSERT_NE(json.find(calls), std::string::npos) << json;
    json.erase(json.find(calls), calls.size());
    const auto read = sample_record("p", 3, json);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(read->rounds[0].calls.empty());
    EXPECT_FALSE(read->rounds[0].b_seq);
}

TEST(SampleRecord, OfSomethingElseIsAnError) {
    EXPECT_FALSE(sample_record("p", 0, "{}"));
    EXPECT_FALSE(sample_record("p", 0, "not JSON"));
}

}  // namespace
}  // namespace retort::test

#include "operator/result_json.h"

#include <gtest/gtest.h>

namespace retort {
namespace {

RunResult whole_result() {
    RunResult result;
    result.answer = "42";
    result.text = "So it is \\boxed{42}\xFF";
    result.verdict = Verdict::equal;
    result.budget = {412, 3977, 300, 128, 1000, 2977, 5, 6, 16, 1, true};
    RoundState round;
    round.spec.width = 2;
    Draft landed;
    landed.path = "r1.d0";
    landed.landed = true;
    landed.has_solution = true;
    landed.answer = "42";
    landed.verdict = Verdict::equal;
    landed.completion.finish = Finish::stop;
    landed.completion.usage = {10, 20, 0, 0, false};
    landed.completion.wall_s = 0.5;
    Draft failed;
    failed.path = "r1.d1";
    failed.landed = true;
    failed.completion = failed_completion({CallErrorKind::server, "503", true, 0, 503});
    round.drafts = {landed, failed};
    Workspace workspace;
    workspace.text = "w";
    workspace.tokens = 1;
    workspace.truncated = true;
    workspace.distiller = "random";
    workspace.sources = {"r1.d0"};
    workspace.read_by = {"final"};
    workspace.cuts = {{"r1.d0", 9, 1}};
    round.workspaces = {workspace};
    round.calls = {{"r1.select", Finish::stop, 5, 6}};
    round.b_seq = 30;
    result.rounds = {round};
    result.final = FinalCall{"final", Finish::length, 30, 40};
    result.warnings = {"one"};
    return result;
}

const ResultHead kHead{"run-1", "p-1", "6 * 7?", "pdr:2", "m", 3, 1.5};

// The bytes are a contract: whoever changes them changes the version.
TEST(ResultJson, IsTheObjectOfTheContract) {
    EXPECT_EQ(
        result_json(kHead, whole_result()),
        R"({"problem":"6 * 7?","answer":"42","text":"So it is \\boxed{42}�","operator":"pdr:2","model":"m","seed":3,)"
        R"("verdict":"equal","wall_s":1.5,"error":null,"version":1,)"
        R"("budget":{"b_seq":412,"b_total":3977,"b_seq_nominal":300,"max_call_tokens":128,"tokens_in":1000,)"
        R"("tokens_out":2977,"tokens_reasoning":5,"tokens_cached":6,"calls":16,"failed_calls":1,"estimated":true},)"
        R"("rounds":[{"width":2,"drafts":[{"path":"r1.d0","answer":"42","finish":"stop","tokens_in":10,"tokens_out":20,)"
        R"("wall_s":0.5,"has_solution":true,"verdict":"equal"},{"path":"r1.d1","answer":null,"finish":"error",)"
        R"("tokens_in":0,"tokens_out":0,"wall_s":0.0,"has_solution":false,"verdict":null,"error":"503"}],)"
        R"("workspaces":[{"text":"w","tokens":1,"truncated":true,"distiller":"random","sources":["r1.d0"],)"
        R"("read_by":["final"],"cuts":[{"path":"r1.d0","tokens":9,"kept":1}]}],"stopped_early":false,)"
        R"("calls":[{"path":"r1.select","finish":"stop","tokens_in":5,"tokens_out":6}],"b_seq":30}],)"
        R"("final":{"path":"final","finish":"length","tokens_in":30,"tokens_out":40},"warnings":["one"],)"
        R"("problem_id":"p-1","run":"run-1"})");
}

TEST(ResultJson, WhatIsNotThereIsNull) {
    RunResult result;
    result.error = Error{ErrorKind::model, "the server failed"};
    const std::string json = result_json(kHead, result);
    for (const char* part : {R"("answer":null)", R"("verdict":null)", R"("final":null)",
                             R"("error":"the server failed")", R"("rounds":[])"})
        EXPECT_NE(json.find(part), std::string::npos) << part;
}

TEST(ResultJson, ADraftThatWasNotWaitedForIsCancelled) {
    RunResult result;
    result.rounds.emplace_back().drafts.emplace_back().path = "r1.d0";
    EXPECT_NE(result_json(kHead, result).find(R"("finish":"cancelled")"), std::string::npos);
}

TEST(ResultJson, SaysWhatTheJudgeSaid) {
    RunResult result;
    result.choice = Choice{
        "r1.d1",
        {{"r2.judge.d0", {"r1.d0"}, 40, std::nullopt}, {"r2.judge.d1", {"r1.d0", "r1.d1"}, std::nullopt, "r1.d1"}}};
    const std::string json = result_json(kHead, result);
    EXPECT_NE(json.find(R"("choice":{"draft":"r1.d1","calls":[{"path":"r2.judge.d0","read":["r1.d0"],"score":40.0},)"
                        R"({"path":"r2.judge.d1","read":["r1.d0","r1.d1"],"chose":"r1.d1"}]})"),
              std::string::npos)
        << json;
}

}  // namespace
}  // namespace retort

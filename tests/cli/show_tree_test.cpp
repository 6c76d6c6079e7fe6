#include "cli/show_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/result_json.h"
#include "support.h"

namespace retort::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

ShownCall call(int round, int draft, CallRole role, Finish finish = Finish::stop) {
    ShownCall out;
    out.call.request.place = {"p-1", 0, round, draft, role, 0};
    out.call.state = RecordedCall::State::ended;
    out.call.completion.finish = finish;
    out.call.completion.text = "The answer is 7";
    out.call.completion.usage = {58, 20, 0, 0, false};
    out.call.completion.wall_s = 0.4;
    return out;
}

ShownSample sample() {
    ShownSample out;
    out.problem = "p-1";
    out.problem_text = "3 + 4?";
    out.calls = {call(1, 0, CallRole::draft), call(1, 1, CallRole::draft, Finish::length),
                 call(2, -1, CallRole::final)};
    out.workspaces = {
        R"({"round":1,"distiller":"random","text":"w","tokens":38,"sources":["r1.d0"],"read_by":["final"],)"
        R"("cuts":[{"path":"r1.d1","tokens":96,"kept":0}]})"};
    return out;
}

RunResult result() {
    RunResult out;
    out.answer = "7";
    out.verdict = Verdict::equal;
    out.budget.b_seq = 156;
    out.budget.b_total = 234;
    out.budget.calls = 3;
    Draft draft;
    draft.path = "r1.d0";
    draft.answer = "7";
    draft.verdict = Verdict::equal;
    out.rounds.emplace_back().drafts.push_back(draft);
    return out;
}

TEST(SampleTree, SaysWhoReadWhat) {
    ShownSample shown = sample();
    shown.result = result_json({"run", "p-1", "3 + 4?", "pdr:2", "m", 0, 1.25}, result());
    EXPECT_EQ(text_of(sample_tree(shown, {})),
              "p-1 sample 0   3 + 4?\n"
              "├─ round 1   2 drafts   1 with an answer   1 right   1 cut off\n"
              "│  ├─ r1.d0       answer 7            right  stop   58 in, 20 out   0.4 s\n"
              "│  ├─ r1.d1       cut off   58 in, 20 out   0.4 s\n"
              "│  └─ workspace for final   random   38 tok   from r1.d0 (r1.d1 left out)\n"
              "├─ final       stop   58 in, 20 out   0.4 s\n"
              "└─ answer    7   right\n"
              "   └─ b_seq 156   b_total 234   3 calls, 0 failed   1.2 s\n");
}

TEST(SampleTree, ShowsWhatTheJudgeSaid) {
    ShownSample shown = sample();
    shown.workspaces.clear();
    shown.calls = {call(1, 0, CallRole::draft), call(1, 1, CallRole::draft), call(2, 0, CallRole::judge),
                   call(2, 1, CallRole::judge)};
    RunResult judged = result();
    judged.choice =
        Choice{"r1.d0",
               {{"r2.judge.d0", {"r1.d0"}, 85, std::nullopt}, {"r2.judge.d1", {"r1.d1"}, std::nullopt, std::nullopt}}};
    shown.result = result_json({"run", "p-1", "3 + 4?", "best:2", "m", 0, 1.25}, judged);
    EXPECT_THAT(text_of(sample_tree(shown, {})),
                HasSubstr("├─ judge     2 calls   chose r1.d0\n"
                          "│  ├─ r2.judge.d0      score 85        of r1.d0  stop   58 in, 20 out   0.4 s\n"
                          "│  └─ r2.judge.d1      no score        of r1.d1  stop   58 in, 20 out   0.4 s\n"));
}

TEST(SampleTree, ARunWithoutResultSaysHowToGoOn) {
    ShownSample shown = sample();
    shown.calls.back().call.state = RecordedCall::State::lost;
    const std::string text = text_of(sample_tree(shown, {false, false}));
    EXPECT_THAT(text, HasSubstr("`- not finished"));
    EXPECT_THAT(text, HasSubstr("lost: its process ended"));
}

TEST(SampleTree, ShowsTextsWhenAsked) {
    ShownSample shown = sample();
    shown.calls[0].prompt =
        std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", "Solve:\n3 + 4?"}});
    const std::string text = text_of(sample_tree(shown, {true, true}));
    EXPECT_THAT(
        text,
        HasSubstr(
            "│  │     [read, user]\n│  │     Solve:\n│  │     3 + 4?\n│  │     [wrote]\n│  │     The answer is 7\n"));
    EXPECT_THAT(text_of(sample_tree(shown, {})), Not(HasSubstr("[wrote]")));
}

TEST(SampleTree, WhatAResumedRunSaysTwiceStandsOnce) {
    ShownSample shown = sample();
    shown.workspaces.push_back(shown.workspaces.front());
    shown.warnings = {R"({"text":"careful"})", R"({"text":"careful"})"};
    const std::string text = text_of(sample_tree(shown, {}));
    EXPECT_EQ(text.find("workspace for"), text.rfind("workspace for"));
    EXPECT_EQ(text.find("careful"), text.rfind("careful"));
}

TEST(SampleTree, DamagedEventsAreNoCrash) {
    ShownSample shown = sample();
    shown.result = "{broken";
    shown.workspaces = {"null", "[", R"({"round":"x","sources":3})"};
    shown.warnings = {"no json"};
    EXPECT_THAT(text_of(sample_tree(shown, {})), HasSubstr("no json"));
}

}  // namespace
}  // namespace retort::cli

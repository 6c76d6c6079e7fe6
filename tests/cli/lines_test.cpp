#include "cli/display/lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/display/text.h"
#include "support.h"

namespace retort::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(LiveLines, ShowALanePerDraft) {
    DrawnRun run(3, 2);
    run.begin(1, 3);
    run.observer.call_delta(DrawnRun::place(1, 0), {"50 + 25 = 75, left: 3 7", false, 64});
    run.observer.call_delta(DrawnRun::place(1, 1), {"hmm", true, 12});
    run.observer.draft_landed(1, 2, DrawnRun::draft(1, 2, "118"));
    run.now_s = 2;
    EXPECT_EQ(text_of(run.live(100, 24)),
              "Use 3, 7, 25, 50 to make 114                               pdr:8,4 · random 4 · retort-mini · seed 1\n"
              "\n"
              "round 1   3 drafts   1 landed                                                    b_seq 0   b_total 0\n"
              "   0  ━━━━━━━───────      64 tok    32 tok/s  50 + 25 = 75, left: 3 7\n"
              "   1  ━─────────────      12 tok   6.0 tok/s  hmm                                             thinks\n"
              "   2  ━━━━━━━━━━────      92 tok              answer 118                                        done\n"
              "round 2   2 drafts    waiting\n"
              "final     waiting\n");
}

TEST(LiveLines, DrawWithoutUnicode) {
    DrawnRun run(1, 1);
    run.begin(1, 1);
    run.observer.call_delta(DrawnRun::place(1, 0), {"x", false, 64});
    EXPECT_THAT(text_of(run.live(80, 24, false)), HasSubstr("#######-------"));
}

TEST(LiveLines, SayWhenTokensAreNotTheServersOwn) {
    DrawnRun run(1, 1);
    run.begin(1, 1);
    run.observer.call_delta(DrawnRun::place(1, 0), {"x", false, 0});
    EXPECT_THAT(text_of(run.live(80, 24)), HasSubstr("~1 tok"));
}

TEST(LiveLines, SayThatACallIsAskedAgain) {
    DrawnRun run(1, 1);
    run.begin(1, 1);
    run.observer.call_delta(DrawnRun::place(1, 0), {"half an answ", false, 10});
    run.observer.call_delta(DrawnRun::place(1, 0), {"", false, -1});
    EXPECT_THAT(text_of(run.live(80, 24)), HasSubstr("asks again"));
    EXPECT_THAT(text_of(run.live(80, 24)), Not(HasSubstr("half")));
}

TEST(LiveLines, CollapseARoundThatIsOver) {
    DrawnRun run(4, 2);
    run.begin(1, 4);
    run.observer.draft_landed(1, 0, DrawnRun::draft(1, 0, "7"));
    run.observer.draft_landed(1, 1, DrawnRun::draft(1, 1, "8"));
    run.observer.draft_landed(1, 2, DrawnRun::draft(1, 2, "7"));
    run.observer.draft_landed(1, 3, DrawnRun::draft(1, 3, std::nullopt, Finish::length));
    run.observer.spent({.b_seq = 171, .b_total = 700});
    Workspace workspace;
    workspace.tokens = 38;
    run.observer.workspace_made(1, workspace);
    run.begin(2, 2);
    const auto lines = plain(run.live(110, 24));
    EXPECT_THAT(lines, Contains("round 1   4 drafts    3 answers, 2 different   1 cut off   workspace 38 of 256 tok"
                                "                   b_seq 171"));
    EXPECT_THAT(plain(run.live(80, 24)),
                Contains("round 1   4 drafts    3 answers, 2 different   1 cut off   ws 38 tok   b_seq 171"));
}

TEST(LiveLines, StreamTheFinalText) {
    DrawnRun run(1, 1);
    run.begin(1, 1);
    run.observer.finish_started({});
    const Place place{"p", 0, 3, -1, CallRole::final, 0};
    run.observer.call_started(place);
    for (int i = 0; i < 40; ++i) run.observer.call_delta(place, {"word ", false, i + 1});
    const auto lines = plain(run.live(40, 24));
    EXPECT_EQ(lines.back(), "          word word word word");
    EXPECT_THAT(lines, Contains("          word word word word word word"));
}

TEST(LiveLines, CountTheJudgesCallsOnOneLine) {
    DrawnRun run(3, 3);
    run.begin(1, 3);
    for (int i = 0; i < 3; ++i) run.observer.draft_landed(1, static_cast<std::size_t>(i), DrawnRun::draft(1, i, "7"));
    FinishStep best;
    best.kind = FinishKind::best;
    run.observer.finish_started(best);
    for (int i = 0; i < 3; ++i) {
        const Place place{"p", 0, 2, i, CallRole::judge, 0};
        run.observer.call_started(place);
        run.observer.call_delta(place, {"hmm", true, 5});
    }
    EXPECT_EQ(plain(run.live(80, 24)).back(),
              "judge     3 scores                                           b_seq 0   b_total 0");
    Completion done;
    done.finish = Finish::stop;
    run.observer.call_landed({"p", 0, 2, 1, CallRole::judge, 0}, done);
    EXPECT_THAT(plain(run.live(80, 24)).back(), HasSubstr("judge     3 scores   1 landed   "));
    run.observer.close({});
    EXPECT_THAT(text_of(closing_lines(run.observer.picture(), {80, 24, true})), HasSubstr("judge     1 score "));
}

TEST(LiveLines, AreLinesWhateverAModelWrites) {
    DrawnRun run(1, 1);
    run.begin(1, 1);
    run.observer.call_delta(DrawnRun::place(1, 0), {"one\ntwo\tthree\x1b[2J\r\n", false, 3});
    run.observer.finish_started({});
    const Place place{"p", 0, 3, -1, CallRole::final, 0};
    run.observer.call_started(place);
    run.observer.call_delta(place, {"a\tb\n\x1b[1mc", false, 3});
    for (const std::string& line : plain(run.live(80, 24)))
        for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
}

TEST(LiveLines, NeverLeaveTheCanvas) {
    for (const int width : {1, 5, 20, 40, 60, 80, 200})
        for (const int height : {1, 2, 3, 5, 10, 24, 50})
            for (const int drafts : {1, 16, 300}) {
                DrawnRun run(drafts);
                run.begin(1, drafts);
                run.observer.call_delta(DrawnRun::place(1, 0), {"漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字", false, 64});
                const auto lines = run.live(width, height);
                EXPECT_LE(lines.size(), static_cast<std::size_t>(std::max(1, height - 1)));
                for (const Line& line : lines) EXPECT_LE(columns(line), width) << paint(line, false);
            }
}

TEST(LiveLines, SayHowManyLanesDoNotFit) {
    DrawnRun run(30);
    run.begin(1, 30);
    const auto lines = plain(run.live(80, 24));
    EXPECT_EQ(lines.size(), 23u);
    EXPECT_THAT(lines, Contains("      +13 more drafts"));
}

TEST(LiveLines, OfManyRoundsShowTheLast) {
    Picture picture;
    picture.problem = "p";
    for (int i = 0; i < 100; ++i) {
        RoundPicture round;
        round.lanes.resize(1);
        round.over = i < 50;
        picture.schedule.rounds.push_back(round.spec);
        if (i <= 50) picture.rounds.push_back(round);
    }
    const auto lines = plain(live_lines(picture, {80, 12, true}));
    EXPECT_EQ(lines.size(), 11u);
    EXPECT_THAT(lines, Contains(HasSubstr("rounds before")));
    EXPECT_THAT(lines, Contains(HasSubstr("round 51")));
    EXPECT_THAT(lines, Contains(HasSubstr("more rounds")));
}

TEST(ClosingLines, WrapWarningsInsteadOfCuttingThem) {
    Picture picture;
    picture.problem = "p";
    picture.warnings = {"the workspace is empty, and every draft of the next round starts from the problem alone"};
    EXPECT_EQ(text_of(closing_lines(picture, {50, 24, true})),
              "p\n\n"
              "warning   the workspace is empty, and every draft\n"
              "          of the next round starts from the\n"
              "          problem alone\n");
}

TEST(BudgetLine, MarksEstimates) {
    Closing closing;
    closing.budget.b_seq = 412;
    closing.budget.b_total = 3977;
    closing.budget.calls = 16;
    closing.wall_s = 0.94;
    EXPECT_EQ(paint(budget_line(closing, {}), false),
              "budget    b_seq 412   b_total 3,977   16 calls, 0 failed   0.9 s");
    closing.budget.estimated = true;
    EXPECT_THAT(paint(budget_line(closing, {}), false), HasSubstr("b_seq ~412"));
}

TEST(AnswerLine, HasTheVerdict) {
    Closing closing;
    closing.answer = "42";
    closing.verdict = Verdict::equal;
    EXPECT_THAT(paint(answer_line(closing, {}), false), testing::StartsWith("answer    42"));
    EXPECT_THAT(paint(answer_line(closing, {}), false), HasSubstr("right"));
    EXPECT_THAT(paint(answer_line({}, {}), false), HasSubstr("none found"));
}

TEST(AnswerLine, OfAProblemThatChecksItselfSpeaksOfNoReference) {
    Closing closing;
    closing.checked = true;
    closing.answer = "14 * 2 - 9 - 9";
    closing.verdict = Verdict::equal;
    EXPECT_THAT(paint(answer_line(closing, {}), false), HasSubstr("right: checked"));
    closing.verdict = Verdict::different;
    EXPECT_THAT(paint(answer_line(closing, {}), false), HasSubstr("wrong: checked"));
    closing.answer.reset();
    EXPECT_THAT(paint(answer_line(closing, {}), false), testing::Not(HasSubstr("wrong")));
}

}  // namespace
}  // namespace retort::cli

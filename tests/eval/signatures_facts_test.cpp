#include "eval/signatures_facts.h"

#include <gtest/gtest.h>

#include "eval/signatures_stated.h"
#include "signatures_support.h"

namespace retort::test {
namespace {

WorkspaceFacts written(const std::string& text, const std::vector<std::string>& answers) {
    RoundRecord round = round_of(1, answers);
    round.workspaces.push_back(summary_of(text, {"final"}));
    return facts(sample("p", 0, {round}, "7")).rounds[0].workspaces[0];
}

std::vector<std::string> held(const WorkspaceFacts& workspace) {
    std::vector<std::string> out;
    for (const HeldAnswer& one : workspace.held) out.push_back(one.answer);
    return out;
}

TEST(Facts, GroupAnswersOfARoundAndFindItsMajority) {
    const SampleFacts found = facts(sample("p", 2, {round_of(1, {"8", "7", "", "7.0", "-", "9"})}, "8"));
    EXPECT_EQ(found.sample, 2);
    EXPECT_FALSE(found.right);
    const RoundFacts& round = found.rounds[0];
    EXPECT_EQ(round.answers, 3);
    EXPECT_EQ(round.drafts[3].group, round.drafts[1].group);
    EXPECT_EQ(round.drafts[2].group, -1);
    EXPECT_EQ(round.drafts[4].finish, Finish::length);
    EXPECT_TRUE(round.majority_right);
    EXPECT_TRUE(found.any_cut());
}

TEST(Facts, TiesGoToTheFirstDraft) {
    EXPECT_FALSE(facts(sample("p", 0, {round_of(1, {"8", "7"})}, "7")).rounds[0].majority_right);
    EXPECT_TRUE(facts(sample("p", 0, {round_of(1, {"7", "8"})}, "7")).rounds[0].majority_right);
    EXPECT_FALSE(facts(sample("p", 0, {round_of(1, {"", "-"})}, "7")).rounds[0].majority_right);
}

TEST(Facts, AProblemWithoutAReferenceIsNotScored) {
    const auto nothing = math_verifier(std::nullopt);
    EXPECT_FALSE(facts_of(sample("p", 0, {}, "7"), nothing.get()).scored);
    EXPECT_TRUE(facts_of(sample("p", 0, {}, "7"), nullptr).scored);
}

TEST(Facts, AWorkspaceOfSourcesHoldsTheirAnswersInItsOrder) {
    RoundRecord round = round_of(1, {"8", "7", ""});
    round.workspaces.push_back(sources_of(1, {2, 1, 0}, {"final"}));
    const WorkspaceFacts workspace = facts(sample("p", 0, {round}, "7")).rounds[0].workspaces[0];
    EXPECT_FALSE(workspace.written);
    EXPECT_EQ(held(workspace), (std::vector<std::string>{"", "7", "8"}));
    EXPECT_EQ(workspace.held[0].state, Candidate::unknown);
    EXPECT_EQ(workspace.held[1].state, Candidate::right);
    EXPECT_TRUE(workspace.holds(Candidate::wrong));
}

TEST(Facts, AWrittenWorkspaceHoldsWhatItStates) {
    const WorkspaceFacts both = written("Most say \\boxed{8}.\nOne says \\boxed{7}.", {"7", "8", "8"});
    EXPECT_TRUE(both.written);
    EXPECT_EQ(held(both), (std::vector<std::string>{"8", "7"}));
    EXPECT_EQ(both.held[0].path, "r1.d1");
    EXPECT_TRUE(both.invented.empty());
    EXPECT_TRUE(both.had_right);
    EXPECT_FALSE(both.lost_right);
}

TEST(Facts, AnAnswerThatNoDraftGaveIsInvented) {
    const WorkspaceFacts workspace = written("The correct answer is \\boxed{12}.", {"7", "8"});
    EXPECT_EQ(workspace.invented, std::vector<std::string>{"12"});
    EXPECT_EQ(workspace.held[0].state, Candidate::wrong);
    EXPECT_EQ(workspace.held[0].path, "");
    EXPECT_TRUE(workspace.lost_right);
    EXPECT_EQ(written("The answer is 7.", {"8"}).held[0].state, Candidate::right);
}

TEST(Facts, ProseIsNotTakenForAnAnswer) {
    EXPECT_TRUE(written("The answer is less than 100, so check 12 and 15.", {"7"}).invented.empty());
    EXPECT_TRUE(written("Attempts disagree: the answer is unclear", {"7"}).invented.empty());
}

TEST(Facts, ARightAnswerThatStandsInTheTextIsNotLost) {
    EXPECT_FALSE(written("all agree on 7", {"7"}).lost_right);
    EXPECT_TRUE(written("all agree on 17 or 7.5", {"7"}).lost_right);
    EXPECT_FALSE(written("the value 7.0 follows", {"7", "7.0"}).lost_right);
    EXPECT_FALSE(written("nothing", {"8"}).lost_right);
    EXPECT_TRUE(written("", {"7"}).lost_right);
    EXPECT_FALSE(written("so $x = \\frac{14}{2}$ follows", {"7"}).lost_right);
    EXPECT_FALSE(written("which leaves (21/3), as two found", {"7"}).lost_right);
    EXPECT_TRUE(written("so $x = \\frac{15}{2}$ follows, and 12/3", {"7"}).lost_right);
}

TEST(Facts, WhetherALongAnswerIsLostCannotBeTold) {
    RoundRecord round = round_of(1, {"7"});
    round.drafts[0].answer = std::string(65, 'a') + " plan";
    round.workspaces.push_back(summary_of("the plan works", {"final"}));
    EXPECT_FALSE(facts(sample("p", 0, {round}, "7")).rounds[0].workspaces[0].had_right);
}

TEST(Facts, ALongerAnswerIsHeldWhereItStandsAndAShortOneOnlyWhereItIsStated) {
    EXPECT_EQ(held(written("two attempts reach 240 by pairing", {"240", "7"})), std::vector<std::string>{"240"});
    EXPECT_TRUE(written("in 8 steps", {"8"}).held.empty());
}

TEST(Facts, BoxesSideBySideAreOneAnswerWhereADraftGaveIt) {
    EXPECT_TRUE(written("\\boxed{1}, \\boxed{2}", {"1,2"}).invented.empty());
    EXPECT_EQ(written("\\boxed{1} against \\boxed{2}", {"7"}).invented.size(), 2U);
    EXPECT_EQ(held(written("\\boxed{1} against \\boxed{1}", {"7"})), std::vector<std::string>{"1"});
}

TEST(Stated, HostileTextsAreBounded) {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += "\\boxed{" + std::to_string(i) + "} \\boxed{ answer: 5\n";
    EXPECT_LE(stated_answers(text, seven()).size(), 64U);
    EXPECT_TRUE(stated_answers(std::string(100000, '{'), seven()).empty());
    EXPECT_TRUE(stated_answers(std::string("\0\xff\\boxed{", 9), seven()).empty());
}

TEST(Stated, ShowsFormulasAndNumbers) {
    EXPECT_EQ(shown_values("since $a+b = 12$, at 3/4 or (-5). A 2nd \\frac{1}{2} x"),
              (std::vector<std::string>{"a+b = 12", "12", "3/4", "-5", "2nd", "\\frac{1}{2}"}));
    EXPECT_LE(shown_values(std::string(100000, '$')).size(), 128U);
    std::string many;
    for (int i = 0; i < 10000; ++i) many += std::to_string(i) + " ";
    EXPECT_EQ(shown_values(many).size(), 128U);
}

TEST(Stated, AValueStandsAlone) {
    EXPECT_EQ(find_value("x = 12.", "12"), 4U);
    EXPECT_EQ(find_value("112 12a 1.12 12.5", "12"), std::string_view::npos);
    EXPECT_EQ(find_value("\\frac{1}{2}", "\\frac{1}{2}"), 0U);
    EXPECT_EQ(find_value("anything", ""), std::string_view::npos);
}

}  // namespace
}  // namespace retort::test

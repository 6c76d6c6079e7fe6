#include "train/run/reward.h"

#include <gmock/gmock.h>

#include <limits>
#include <stdexcept>
#include <tuple>

#include "train/run/arm_figures.h"

namespace retort::train::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RoundState round_of(int right, int drafts) {
    RoundState out;
    for (int i = 0; i < drafts; ++i) {
        Draft draft;
        draft.verdict = i < right ? Verdict::equal : Verdict::different;
        out.drafts.push_back(draft);
    }
    return out;
}

Rollout rollout_of(std::optional<Verdict> verdict, bool answered = true) {
    Rollout out;
    if (answered) out.result.answer = "1";
    out.result.verdict = verdict;
    return out;
}

Reward given(const RewardRule& rule, const Rollout& rollout) {
    return std::get<Reward>(rule.of(rollout));
}

RewardTerm term_of(std::string name, std::function<std::vector<double>(const Rollout&)> values,
                   TermOf of = TermOf::rollout) {
    return {std::move(name), 1, of, std::move(values)};
}

TEST(Reward, IsThatOfARightOrAWrongAnswer) {
    EXPECT_EQ(given({}, rollout_of(Verdict::equal)).value, 1);
    EXPECT_TRUE(given({}, rollout_of(Verdict::equal)).right);
    EXPECT_EQ(given({}, rollout_of(Verdict::different)).value, -1);
    EXPECT_FALSE(given({}, rollout_of(Verdict::different)).right);
}

TEST(Reward, OfARunWithoutAnAnswerIsThatOfAWrongOne) {
    EXPECT_EQ(given({}, rollout_of(std::nullopt, false)).value, -1);
    EXPECT_EQ(given({}, rollout_of(Verdict::unknown, false)).value, -1);
}

TEST(Reward, WhereTheAnswerCannotBeJudgedOrTheRunFailedThereIsNone) {
    const auto has_none = [](const Rollout& rollout) {
        const auto found = RewardRule().of(rollout);
        return std::holds_alternative<NoReward>(found) && std::get<NoReward>(found).failed_term.empty();
    };
    EXPECT_TRUE(has_none(rollout_of(Verdict::unknown)));
    EXPECT_TRUE(has_none(rollout_of(std::nullopt)));
    Rollout failed = rollout_of(Verdict::equal);
    failed.result.error = Error{ErrorKind::model, "no"};
    EXPECT_TRUE(has_none(failed));
}

TEST(Reward, AddsItsTermsByTheirWeights) {
    Rollout rollout = rollout_of(Verdict::equal);
    rollout.result.budget.b_seq = 2500;
    rollout.result.rounds = {round_of(1, 4), round_of(3, 4)};
    const Reward reward = given(RewardSettings{.format = 0.5, .length = -0.1, .rounds = 2}, rollout);
    EXPECT_DOUBLE_EQ(reward.value, 1 + 0.5 - 0.25 + 2 * 0.5);
    ASSERT_EQ(reward.terms.size(), 3U);
    EXPECT_DOUBLE_EQ(reward.terms[2].mean(), 0.5);
    EXPECT_DOUBLE_EQ(reward.terms[2].sum, 1);
    EXPECT_DOUBLE_EQ(given(RewardSettings{.format = 0.5}, rollout_of(std::nullopt, false)).value, -1);
}

TEST(Reward, ATermOfOnesOwnReadsProblemRoundsAndCalls) {
    Rollout rollout = rollout_of(Verdict::equal);
    rollout.problem.text = "1 + 1";
    rollout.result.rounds = {round_of(1, 4)};
    SampledCall& call = rollout.calls[{"p", 0, 1, 0, CallRole::draft}];
    call.text = "two";
    call.ids = {2, 3};
    const auto seen = [](const Rollout& one) {
        const auto& [place, asked] = *one.calls.begin();
        return std::vector<double>{static_cast<double>(one.problem.text.size() + one.result.rounds[0].drafts.size() +
                                                       asked.text.size() + asked.ids.size()) +
                                   100 * place.round};
    };
    const Reward reward = given({{}, {{"seen", 0.01, TermOf::rollout, seen}}}, rollout);
    EXPECT_DOUBLE_EQ(reward.value, 1 + 0.01 * (5 + 4 + 3 + 2 + 100));
}

TEST(Reward, OfRoundsItIsTheMeanThatCounts) {
    const auto two = [](const Rollout&) { return std::vector<double>{1, 3}; };
    const Reward reward = given({{}, {term_of("two", two, TermOf::round)}}, rollout_of(Verdict::equal));
    EXPECT_DOUBLE_EQ(reward.value, 1 + 2);
    EXPECT_DOUBLE_EQ(reward.terms.back().sum, 4);
    const auto none = [](const Rollout&) { return std::vector<double>(); };
    EXPECT_DOUBLE_EQ(given({{}, {term_of("none", none, TermOf::round)}}, rollout_of(Verdict::equal)).value, 1);
}

std::string failure(const RewardTerm& term) {
    const RewardRule rule({}, {term});
    const auto found = rule.of(rollout_of(Verdict::equal));
    return std::holds_alternative<NoReward>(found) ? std::get<NoReward>(found).failed_term : "none";
}

TEST(Reward, ATermThatFailsLeavesTheRolloutWithoutOneAndSaysWhy) {
    EXPECT_EQ(failure(term_of("a", [](const Rollout&) -> std::vector<double> { throw std::runtime_error("no luck"); })),
              "a: no luck");
    EXPECT_THAT(failure(term_of("b", [](const Rollout&) -> std::vector<double> { throw 3; })),
                HasSubstr("b: it threw"));
    EXPECT_THAT(failure(term_of(
                    "c", [](const Rollout&) { return std::vector<double>{std::numeric_limits<double>::quiet_NaN()}; })),
                HasSubstr("c: its value is no number"));
    EXPECT_THAT(failure(term_of("d", [](const Rollout&) { return std::vector<double>{1, 2}; })),
                HasSubstr("d: expected one value, found 2"));
}

TEST(Reward, ATermIsNotAskedAboutWhatWasNotJudged) {
    int asked = 0;
    const RewardRule rule({}, {term_of("counts", [&](const Rollout&) {
                              ++asked;
                              return std::vector<double>{0};
                          })});
    rule.of(rollout_of(Verdict::unknown));
    EXPECT_EQ(asked, 0);
    rule.of(rollout_of(Verdict::different));
    EXPECT_EQ(asked, 1);
}

TEST(Reward, TermsThatCannotBeAreNamed) {
    const auto one = [](const Rollout&) { return std::vector<double>{1}; };
    EXPECT_EQ(fault_of({term_of("brief", one)}), std::nullopt);
    EXPECT_THAT(fault_of({term_of("length", one)})->message, HasSubstr("\"length\": the name is taken"));
    EXPECT_THAT(fault_of({term_of("x", one), term_of("x", one)})->message, HasSubstr("the name is taken"));
    EXPECT_THAT(fault_of({term_of("Too Long", one)})->message, HasSubstr("expected a name of"));
    EXPECT_THAT(fault_of({term_of("x", {})})->message, HasSubstr("no function"));
}

// Three rollouts: one right, one unknown, one of which the term fails.
ArmRollouts some_arm(const RewardRule& rule) {
    std::vector<Rollout> rollouts{rollout_of(Verdict::equal), rollout_of(Verdict::unknown), rollout_of(Verdict::equal)};
    for (std::size_t i = 0; i < rollouts.size(); ++i) rollouts[i].key = {0, static_cast<int>(i)};
    rollouts[2].problem.text = "fail";
    rollouts[0].result.rounds = {round_of(1, 2), round_of(2, 2)};
    return judge_rollouts(std::move(rollouts), GradientOf::all, rule, AdvantageScale::batch);
}

TEST(ArmFigures, SumAndMeanOfRoundsAreMetricsApartAndEveryTermHasOne) {
    const RewardRule rule({.format = 0.5}, {term_of("size", [](const Rollout& one) -> std::vector<double> {
                              if (one.problem.text == "fail") throw std::runtime_error("no size");
                              return {7};
                          })});
    const ArmRollouts arm = some_arm(rule);
    MetricsRow row(1, "rl");
    put_arm(row, "op", arm, rule);
    EXPECT_DOUBLE_EQ(row.get("op/reward/rounds_mean"), 0.75);
    EXPECT_DOUBLE_EQ(row.get("op/reward/rounds_sum"), 1.5);
    EXPECT_DOUBLE_EQ(row.get("op/reward/format"), 1);
    EXPECT_DOUBLE_EQ(row.get("op/reward/size"), 7);
    EXPECT_DOUBLE_EQ(row.get("op/reward/mean"), 1 + 0.5 + 7);
    EXPECT_EQ(row.get("op/unknown"), 1);
    EXPECT_EQ(row.get("op/reward_failed"), 1);
    EXPECT_EQ(row.get("op/failed"), 0);
    EXPECT_EQ(failed_terms(arm), "a term of the reward failed for 1 of 3 rollouts, which teach nothing: size: no size");
    EXPECT_THAT(arm.kept, ElementsAre(0, 0, 0));
}

TEST(TruncationWatch, WarnsOnceAndAgainWhenTheThresholdIsPassedAnewEachArmByItself) {
    TruncationWatch watch(0.15);
    EXPECT_EQ(watch.warning("op", 0.15), "");
    EXPECT_THAT(watch.warning("op", 0.16), HasSubstr("16 % of the calls were cut off, more than 15 %"));
    EXPECT_EQ(watch.warning("op", 0.5), "");
    EXPECT_NE(watch.warning("trace", 0.5), "");
    EXPECT_EQ(watch.warning("op", 0.1), "");
    EXPECT_NE(watch.warning("op", 0.2), "");
    EXPECT_EQ(watch.warning("trace", 0.5), "");
}

TEST(ArmFigures, ACallIsCutWhereItsThinkingOrItsAnswerWas) {
    std::vector<Rollout> rollouts{rollout_of(Verdict::equal)};
    for (const auto& [draft, finish, thinking_cut] : {std::tuple{0, Finish::stop, false},
                                                      {1, Finish::length, false},
                                                      {2, Finish::stop, true},
                                                      {3, Finish::stop, false}}) {
        SampledCall& call = rollouts[0].calls[{"p", 0, 1, draft, CallRole::draft}];
        call.finish = finish;
        call.thinking_cut = thinking_cut;
    }
    EXPECT_DOUBLE_EQ(cut_share(judge_rollouts(std::move(rollouts), GradientOf::all, {}, AdvantageScale::batch)), 0.5);
}

}  // namespace
}  // namespace retort::train::test

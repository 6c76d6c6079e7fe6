#include "train/run/batch.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace retort::train::test {
namespace {

using ::testing::ElementsAre;

constexpr RewardSettings kPlain{};

RunResult result_of(std::optional<Verdict> verdict, bool answered = true) {
    RunResult out;
    if (answered) out.answer = "1";
    out.verdict = verdict;
    return out;
}

// Every token of a step has an id of its own, so that it is found again wherever it went.
struct Drawn {
    std::vector<ArmRollouts> arms;
    std::set<TokenId> learns;               // sampled tokens of calls that get gradient, of rollouts that are kept
    std::map<TokenId, float> sampled_with;  // their log-probabilities
    std::set<std::pair<std::size_t, std::size_t>> prompts;  // that are kept: arm, prompt
};

class Maker {
  public:
    // Few prompts and verdicts, so that whole prompts are alike now and then.
    Drawn step(std::size_t arms) {
        Drawn out;
        for (std::size_t a = 0; a < arms; ++a) {
            const auto gradient = *rc::gen::element(GradientOf::refine, GradientOf::drafts, GradientOf::all);
            const auto prompts = *rc::gen::inRange<std::size_t>(0, 5);
            std::vector<Rollout> rollouts;
            for (std::size_t prompt = 0; prompt < prompts; ++prompt)
                for (int sample = 0; sample < 3; ++sample) rollouts.push_back(rollout({prompt, sample}));
            out.arms.push_back(judge_rollouts(std::move(rollouts), gradient, kPlain, AdvantageScale::batch));
            note(out, a);
        }
        return out;
    }

  private:
    Rollout rollout(SampleKey key) {
        Rollout out;
        out.key = key;
        out.result = result_of(*rc::gen::element(Verdict::equal, Verdict::different, Verdict::unknown),
                               *rc::gen::arbitrary<bool>());
        if (*rc::gen::inRange(0, 8) == 0) out.result.error = Error{ErrorKind::model, "no"};
        for (int draft = 0; draft < *rc::gen::inRange(0, 3); ++draft)
            out.calls[{"p", key.sample, 1, draft, CallRole::draft}] = call();
        out.calls[{"p", key.sample, 2, -1, CallRole::final}] = call();
        return out;
    }

    SampledCall call() {
        SampledCall out;
        const auto prompt = *rc::gen::inRange(1, 4);
        for (int i = 0; i < prompt; ++i) out.prompt.push_back(next_++);
        const auto forced = *rc::gen::container<std::vector<bool>>(rc::gen::arbitrary<bool>());
        for (const bool one : forced) {
            out.ids.push_back(next_++);
            out.forced.push_back(one);
            out.logprobs.push_back(one ? 0 : -0.25F * static_cast<float>(next_ % 17));
        }
        return out;
    }

    static void note(Drawn& out, std::size_t a) {
        const ArmRollouts& arm = out.arms[a];
        for (std::size_t i = 0; i < arm.rollouts.size(); ++i) {
            if (arm.kept[i] == 0) continue;
            out.prompts.emplace(a, arm.rollouts[i].key.problem);
            for (const auto& [place, call] : arm.rollouts[i].calls) {
                if (!gets_gradient(place, arm.gradient)) continue;
                for (std::size_t j = 0; j < call.ids.size(); ++j) {
                    if (call.forced[j] != 0) continue;
                    out.learns.insert(call.ids[j]);
                    out.sampled_with[call.ids[j]] = call.logprobs[j];
                }
            }
        }
    }

    TokenId next_ = 0;
};

const std::vector<double> kShares{0.25, 0.75};

// The weight of each token in what is maximised, by the token; 0 for those that no batch wants.
std::map<TokenId, double> weights_of(const std::vector<MiniBatch>& batches, const ObjectiveSettings& objective) {
    std::map<TokenId, double> out;
    for (const MiniBatch& batch : batches) {
        const std::vector<RolloutWeights> weights = rollout_weights(batch.terms, kShares, objective);
        RatioStatistics ratios;
        std::size_t wanted = 0;
        for (std::size_t i = 0; i < batch.pack.tokens.size(); ++i) {
            double& weight = out[batch.pack.tokens[i]];
            if (batch.pack.wanted[i] == 0) continue;
            const std::size_t term = batch.term_of[wanted];
            const double now = -0.1 * static_cast<double>(batch.pack.tokens[i] % 23);
            weight = token_weight(now, batch.sampled_logprobs[wanted], batch.terms[term].advantage, weights[term],
                                  objective, ratios);
            ++wanted;
        }
    }
    return out;
}

RC_GTEST_PROP(Batches, WantTheSampledTokensOfKeptRolloutsAndNoOthers, (std::uint64_t seed)) {
    const Drawn drawn = Maker().step(2);
    const auto updates = *rc::gen::inRange<std::size_t>(1, 4);
    std::set<TokenId> wanted;
    for (const MiniBatch& batch : make_batches(drawn.arms, updates, seed)) {
        const Pack& pack = batch.pack;
        RC_ASSERT(pack.wanted.size() == pack.tokens.size());
        RC_ASSERT(std::accumulate(pack.lengths.begin(), pack.lengths.end(), std::size_t{0}) == pack.tokens.size());
        std::size_t begin = 0;
        for (const std::int32_t length : pack.lengths) {
            RC_ASSERT(pack.wanted[begin] == 0);
            begin += static_cast<std::size_t>(length);
        }
        std::size_t next = 0;
        for (std::size_t i = 0; i < pack.tokens.size(); ++i) {
            if (pack.wanted[i] == 0) continue;
            RC_ASSERT(wanted.insert(pack.tokens[i]).second);
            RC_ASSERT(batch.sampled_logprobs.at(next) == drawn.sampled_with.at(pack.tokens[i]));
            RC_ASSERT(batch.term_of.at(next) < batch.terms.size());
            ++next;
        }
        RC_ASSERT(next == batch.term_of.size());
        RC_ASSERT(next == batch.sampled_logprobs.size());
        std::vector<std::int64_t> tokens(batch.terms.size());
        for (const std::size_t term : batch.term_of) ++tokens[term];
        for (std::size_t i = 0; i < tokens.size(); ++i) RC_ASSERT(tokens[i] == batch.terms[i].tokens);
    }
    RC_ASSERT(wanted == drawn.learns);
}

RC_GTEST_PROP(Batches, HoldEachKeptPromptWholeInOneOfThemAndAreAsEvenAsCanBe, (std::uint64_t seed)) {
    const Drawn drawn = Maker().step(2);
    const auto updates = *rc::gen::inRange<std::size_t>(1, 4);
    std::set<std::pair<std::size_t, std::size_t>> seen;
    std::vector<std::vector<std::size_t>> sizes(2);
    const std::vector<MiniBatch> batches = make_batches(drawn.arms, updates, seed);
    RC_ASSERT(batches.size() <= updates);
    for (const MiniBatch& batch : batches) {
        std::set<std::pair<std::size_t, std::size_t>> here;
        for (const RolloutTerm& term : batch.terms) here.emplace(term.arm, term.prompt);
        for (const auto& prompt : here) RC_ASSERT(seen.insert(prompt).second);
        for (std::size_t arm = 0; arm < 2; ++arm)
            sizes[arm].push_back(static_cast<std::size_t>(
                std::count_if(here.begin(), here.end(), [&](const auto& prompt) { return prompt.first == arm; })));
    }
    RC_ASSERT(seen == drawn.prompts);
    for (const std::vector<std::size_t>& arm : sizes)
        if (!arm.empty())
            RC_ASSERT(*std::max_element(arm.begin(), arm.end()) - *std::min_element(arm.begin(), arm.end()) <= 1);
}

RC_GTEST_PROP(Batches, GiveInjectedAndPromptTokensNoWeightWhateverTheObjective, (std::uint64_t seed)) {
    const Drawn drawn = Maker().step(2);
    const std::vector<MiniBatch> batches = make_batches(drawn.arms, 2, seed);
    for (const Surrogate surrogate : {Surrogate::cispo, Surrogate::clip, Surrogate::reinforce})
        for (const Aggregation aggregation : {Aggregation::prompt, Aggregation::batch_token})
            for (const auto& [token, weight] :
                 weights_of(batches, {.surrogate = surrogate, .aggregation = aggregation}))
                RC_ASSERT(weight == 0 || drawn.learns.contains(token));
}

// The rollouts of a prompt and the prompts themselves in another order: another pack, the same weight of each token.
RC_GTEST_PROP(Batches, InAnotherOrderGiveEachTokenTheSameWeight, (std::uint64_t seed)) {
    const Drawn drawn = Maker().step(2);
    std::vector<ArmRollouts> turned = drawn.arms;
    for (ArmRollouts& arm : turned) {
        std::vector<Rollout> rollouts = arm.rollouts;
        std::reverse(rollouts.begin(), rollouts.end());
        arm = judge_rollouts(std::move(rollouts), arm.gradient, kPlain, AdvantageScale::batch);
    }
    for (const Aggregation aggregation : {Aggregation::prompt, Aggregation::batch_token}) {
        const ObjectiveSettings objective{.aggregation = aggregation};
        const auto one = weights_of(make_batches(drawn.arms, 1, seed), objective);
        const auto other = weights_of(make_batches(turned, 1, seed + 1), objective);
        RC_ASSERT(one.size() == other.size());
        for (const auto& [token, weight] : one) RC_ASSERT(std::abs(other.at(token) - weight) < 1e-12);
    }
}

RC_GTEST_PROP(Batches, AreTheSameForASeed, (std::uint64_t seed)) {
    const Drawn drawn = Maker().step(2);
    const auto one = make_batches(drawn.arms, 3, seed);
    const auto other = make_batches(drawn.arms, 3, seed);
    RC_ASSERT(one.size() == other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        RC_ASSERT(one[i].pack.tokens == other[i].pack.tokens);
        RC_ASSERT(one[i].pack.wanted == other[i].pack.wanted);
    }
}

Rollout rollout_of(std::size_t problem, int sample, RunResult result) {
    Rollout out;
    out.key = {problem, sample};
    out.result = std::move(result);
    out.calls[{"p", sample, 1, -1, CallRole::final}] = {{1}, {2, 3}, {-1, -2}, {0, 0}};
    return out;
}

TEST(JudgedRollouts, APromptWhoseRewardsAreAlikeIsDroppedAndCounted) {
    const ArmRollouts arm =
        judge_rollouts({rollout_of(0, 0, result_of(Verdict::equal)), rollout_of(0, 1, result_of(Verdict::equal)),
                        rollout_of(1, 0, result_of(Verdict::equal)), rollout_of(1, 1, result_of(Verdict::different))},
                       GradientOf::refine, kPlain, AdvantageScale::group);
    EXPECT_EQ(arm.prompts, 2U);
    EXPECT_EQ(arm.dropped, 1U);
    EXPECT_THAT(arm.kept, ElementsAre(0, 0, 1, 1));
    EXPECT_THAT(arm.advantages, ElementsAre(0, 0, 1, -1));
}

TEST(JudgedRollouts, OneThatCannotBeJudgedIsLeftOutAndTheOthersLearnWithoutIt) {
    const ArmRollouts arm =
        judge_rollouts({rollout_of(0, 0, result_of(Verdict::unknown)), rollout_of(0, 1, result_of(Verdict::equal)),
                        rollout_of(0, 2, result_of(Verdict::different)), rollout_of(1, 0, result_of(Verdict::unknown))},
                       GradientOf::refine, kPlain, AdvantageScale::group);
    EXPECT_THAT(arm.kept, ElementsAre(0, 1, 1, 0));
    EXPECT_THAT(arm.advantages, ElementsAre(0, 1, -1, 0));
    EXPECT_FALSE(arm.rewards[0]);
    const std::vector<ArmRollouts> arms{arm};
    const auto batches = make_batches(arms, 4, 1);
    ASSERT_EQ(batches.size(), 1U);
    EXPECT_EQ(batches[0].terms.size(), 2U);
}

Rollout of_drafts(int sample, std::vector<std::pair<std::string, Verdict>> drafts, Verdict verdict) {
    Rollout out = rollout_of(0, sample, result_of(verdict));
    out.result.rounds.emplace_back();
    for (const auto& [answer, judged] : drafts) {
        Draft& draft = out.result.rounds.back().drafts.emplace_back();
        draft.has_solution = draft.landed = true;
        draft.answer = answer;
        draft.verdict = judged;
    }
    return out;
}

TEST(JudgedRollouts, WhoseMajorityIsRightAlreadyAreCountedAndSkippedWhereAskedFor) {
    const std::vector<Rollout> rollouts{
        of_drafts(0, {{"1", Verdict::equal}, {"2", Verdict::different}, {"1", Verdict::equal}}, Verdict::equal),
        of_drafts(1, {{"2", Verdict::different}, {"1", Verdict::equal}, {"2", Verdict::different}}, Verdict::equal),
        of_drafts(2, {{"2", Verdict::different}, {"1", Verdict::equal}}, Verdict::different),
        of_drafts(3, {}, Verdict::different)};
    const auto judged = [&](bool skip) {
        return judge_rollouts(rollouts, GradientOf::refine, kPlain, AdvantageScale::none, skip);
    };
    EXPECT_THAT(judged(false).kept, ElementsAre(1, 1, 1, 1));
    EXPECT_EQ(judged(false).majority_right, 1U);
    const ArmRollouts arm = judged(true);
    EXPECT_THAT(arm.kept, ElementsAre(0, 1, 1, 1));
    EXPECT_EQ(arm.majority_right, 1U);
    EXPECT_TRUE(arm.rewards[0]);
    EXPECT_DOUBLE_EQ(arm.advantages[0], 0);
    EXPECT_NEAR(arm.advantages[1], 4.0 / 3, 1e-12);
    EXPECT_NEAR(arm.advantages[2], -2.0 / 3, 1e-12);
}

TEST(JudgedRollouts, WithoutAnyThereIsNothingToLearn) {
    const std::vector<ArmRollouts> arms{judge_rollouts({}, GradientOf::all, kPlain, AdvantageScale::batch), {}};
    EXPECT_TRUE(make_batches(arms, 3, 1).empty());
}

TEST(GetsGradient, IsByTheCallsRole) {
    const Place draft{"p", 0, 1, 0, CallRole::draft};
    const Place summary{"p", 0, 1, -1, CallRole::summary};
    const Place final{"p", 0, 2, -1, CallRole::final};
    EXPECT_TRUE(gets_gradient(final, GradientOf::refine));
    EXPECT_FALSE(gets_gradient(draft, GradientOf::refine));
    EXPECT_TRUE(gets_gradient(draft, GradientOf::drafts));
    EXPECT_FALSE(gets_gradient(summary, GradientOf::drafts));
    for (const Place& place : {draft, summary, final}) EXPECT_TRUE(gets_gradient(place, GradientOf::all));
}

}  // namespace
}  // namespace retort::train::test

#include "eval/signatures.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "signatures_support.h"
#include "stats_support.h"

namespace retort::test {
namespace {

// Round 1 hands these drafts on to a final call that answers so.
SampleFacts handed_on(const std::string& problem, int number, const std::vector<std::string>& answers,
                      const std::vector<int>& sources, const std::string& answer, std::int64_t tokens = 20) {
    RoundRecord round = round_of(1, answers);
    round.workspaces.push_back(sources_of(1, sources, {"final"}, tokens));
    return facts(sample(problem, number, {round}, answer));
}

TEST(Anchoring, ARightMajorityMisledByAWrongCandidateIsACollapse) {
    const std::vector<SampleFacts> all{
        handed_on("a", 0, {"7", "7", "8"}, {2}, "8"),     // collapse
        handed_on("a", 1, {"7", "7", "8"}, {0, 1}, "8"),  // wrong, but nothing wrong was in the workspace
        handed_on("a", 2, {"7", "7", "8"}, {2}, "7"),     // withstood
        handed_on("b", 0, {"8", "8", "7"}, {0}, "8"),     // never had a right majority
        facts(sample("b", 1, {}, "8")),                   // no workspace at all
    };
    const Anchoring found = anchoring(all);
    EXPECT_EQ(found.samples, 4U);
    EXPECT_EQ(found.collapsed, 1U);
    EXPECT_EQ(found.rate->value, 0.25);
    EXPECT_NEAR(found.of_right->value, 1.0 / 3, 1e-12);
    ASSERT_EQ(found.evidence.size(), 1U);
    EXPECT_EQ(found.evidence[0].problem, "a");
    EXPECT_EQ(found.evidence[0].sample, 0);
    EXPECT_EQ(found.evidence[0].paths, std::vector<std::string>{"final"});
    EXPECT_EQ(found.evidence[0].note, "round 1 had the right majority (2 of 3 drafts right), the answer is \"8\"");
}

TEST(Anchoring, ReadersAreComparedWithTheDraftsBeforeThem) {
    const std::vector<SampleFacts> all{
        handed_on("a", 0, {"7", "8"}, {1}, "8"),
        handed_on("a", 1, {"7", "8"}, {1}, "7"),
        handed_on("b", 0, {"7", "8"}, {0}, "7"),
        handed_on("c", 0, {"7", "8"}, {0, 1}, "7"),
    };
    const auto rounds = anchoring(all).rounds;
    ASSERT_EQ(rounds.size(), 1U);
    EXPECT_EQ(rounds[0].only_wrong.readers, 2U);
    EXPECT_EQ(rounds[0].only_wrong.before->value, 0.5);
    EXPECT_EQ(rounds[0].only_wrong.after->value, 0.5);
    EXPECT_EQ(rounds[0].only_right.change->value, 0.5);
    EXPECT_EQ(rounds[0].mixed.readers, 1U);
    EXPECT_EQ(rounds[0].any_wrong.readers, 3U);
    EXPECT_EQ(rounds[0].none.readers, 0U);
    EXPECT_FALSE(rounds[0].none.after);
}

TEST(Anchoring, EachReaderHasItsOwnWorkspace) {
    RoundRecord first = round_of(1, {"7", "8"});
    first.workspaces = {sources_of(1, {0}, {"r2.d0"}), sources_of(1, {1}, {"r2.d1"})};
    RoundRecord second = round_of(2, {"7", "8", "~"});
    second.drafts[1].path = "r2.d1.t3";  // the last turn of a draft of many
    const auto rounds = anchoring(std::vector{facts(sample("a", 0, {first, second}, "8"))}).rounds;
    ASSERT_EQ(rounds.size(), 2U);
    EXPECT_EQ(rounds[0].only_right.after->value, 1);
    EXPECT_EQ(rounds[0].only_wrong.after->value, 0);
    EXPECT_EQ(rounds[0].none.readers, 0U);  // the cancelled one does not count
    EXPECT_EQ(rounds[1].none.readers, 1U);  // the final call had no workspace
}

TEST(VerificationFailure, NoRightDraftInRoundOneRecoversOrStalls) {
    const std::vector<SampleFacts> all{
        facts(sample("a", 0, {round_of(1, {"8", "9"}), round_of(2, {"8", "7"})}, "7")),
        facts(sample("a", 1, {round_of(1, {"8", "9"}), round_of(2, {"8", "8"})}, "8")),
        facts(sample("b", 0, {round_of(1, {"7", "9"}), round_of(2, {"8", "8"})}, "8")),
        facts(sample("b", 1, {round_of(1, {"~", "~"})}, "7")),
    };
    const VerificationFailure found = verification_failure(all);
    EXPECT_EQ(found.samples, 3U);  // drafts that were all cancelled tell nothing
    EXPECT_EQ(found.failed, 2U);
    EXPECT_EQ(found.stalled, 1U);
    EXPECT_NEAR(found.rate->value, 2.0 / 3, 1e-12);
    EXPECT_EQ(found.recovery->value, 0.5);
    EXPECT_NEAR(found.cost->value, 1.0 / 3, 1e-12);
    ASSERT_EQ(found.recovered_by.size(), 1U);
    EXPECT_EQ(found.recovered_by[0]->value, 0.5);
    ASSERT_EQ(found.evidence.size(), 1U);
    EXPECT_EQ(found.evidence[0].sample, 1);
    EXPECT_EQ(found.evidence[0].paths, (std::vector<std::string>{"r1.d0", "r1.d1"}));
}

TEST(ContextOverflow, CountsWhatDidNotFitAndWhatItMayHaveCost) {
    RoundRecord cut = round_of(1, {"7", "-"});
    cut.workspaces.push_back(sources_of(1, {0}, {"final"}));
    cut.workspaces[0].truncated = true;
    cut.workspaces[0].cuts = {{"r1.d0", 100, 40}, {"r1.d1", 50, 0}};
    SampleRecord last = sample("b", 0, {round_of(1, {"8"})}, "");
    last.final->finish = Finish::length;
    const std::vector<SampleFacts> all{facts(sample("a", 0, {cut}, "8")), facts(last),
                                       handed_on("c", 0, {"7"}, {0}, "7"), handed_on("d", 0, {"8"}, {0}, "8")};
    const ContextOverflow found = context_overflow(all);
    EXPECT_EQ(found.samples, 4U);
    EXPECT_EQ(found.overflowed, 2U);
    EXPECT_EQ(found.drafts, 5U);
    EXPECT_EQ(found.drafts_cut, 1U);
    EXPECT_EQ(found.finals_cut, 1U);
    EXPECT_EQ(found.workspaces, 3U);
    EXPECT_EQ(found.workspaces_cut, 1U);
    EXPECT_EQ(found.sources_left_out, 1U);
    EXPECT_EQ(found.tokens_cut, 110);
    EXPECT_EQ(found.accuracy_cut->value, 0);
    EXPECT_EQ(found.accuracy_whole->value, 0.5);
    EXPECT_EQ(found.cost->value, 0.5);
    ASSERT_EQ(found.evidence.size(), 2U);
    EXPECT_EQ(found.evidence[0].paths, (std::vector<std::string>{"r1.d0", "r1.d1"}));
    EXPECT_EQ(found.evidence[1].paths, std::vector<std::string>{"final"});
}

TEST(ContextOverflow, WithoutACutThereIsNoCost) {
    const ContextOverflow found = context_overflow(std::vector{handed_on("c", 0, {"7"}, {0}, "7")});
    EXPECT_EQ(found.overflowed, 0U);
    EXPECT_FALSE(found.accuracy_cut);
    EXPECT_FALSE(found.cost);
}

// Sixty problems of which so many are solved.
RunTable solved(int right) {
    std::vector<std::vector<bool>> out;
    for (int i = 0; i < 60; ++i) out.push_back({i < right});
    return run_with(out);
}

TEST(KappaSigns, TooSmallWhereMuchIsCutAndTooLargeWhereMoreDoesHarm) {
    const RunTable small = solved(20), best = solved(40), same = solved(40), large = solved(25);
    const std::vector<KappaRun> runs{{0, &large, 0}, {512, &small, 0.6}, {2048, &same, 0}, {1024, &best, 0.05}};
    const auto found = kappa_signs(runs);
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].kappa, 512);
    EXPECT_EQ(found[0].sign, KappaSign::too_small);
    EXPECT_TRUE(found[1].best);
    EXPECT_FALSE(found[1].to_best);
    EXPECT_EQ(found[2].sign, KappaSign::fits);
    EXPECT_EQ(found[3].kappa, 0);  // no bound is the largest
    EXPECT_EQ(found[3].sign, KappaSign::too_large);
    EXPECT_EQ(name(found[3].sign), "too large");
}

TEST(KappaSigns, ALowerAccuracyWithoutCutsIsNotTheSizesFault) {
    const RunTable small = solved(20), best = solved(40), none;
    EXPECT_EQ(kappa_signs(std::vector<KappaRun>{{512, &small, 0.01}, {1024, &best, 0}})[0].sign, KappaSign::fits);
    EXPECT_TRUE(kappa_signs({}).empty());
    EXPECT_FALSE(kappa_signs(std::vector<KappaRun>{{512, &none, 0}})[0].best);
}

TEST(SummaryFaults, InventedAndLostAnswersAreCountedWithTheirCalls) {
    const auto with = [](int number, const std::string& text, const std::vector<std::string>& answers) {
        RoundRecord round = round_of(1, answers);
        round.workspaces.push_back(summary_of(text, {"final"}));
        return facts(sample("a", number, {round}, "7"));
    };
    const std::vector<SampleFacts> all{with(0, "\\boxed{12}", {"8", "8"}), with(1, "\\boxed{8}", {"7", "8"}),
                                       with(2, "\\boxed{7}", {"7", "8"}), handed_on("a", 3, {"7", "8"}, {1}, "8")};
    const SummaryFaults found = summary_faults(all);
    EXPECT_EQ(found.workspaces, 3U);
    EXPECT_EQ(found.invented, 1U);
    EXPECT_EQ(found.with_right, 2U);
    EXPECT_EQ(found.lost_right, 1U);
    EXPECT_EQ(found.lost_rate->value, 0.5);
    ASSERT_EQ(found.evidence.size(), 2U);
    EXPECT_EQ(found.evidence[0].paths, std::vector<std::string>{"r1.summary"});
    EXPECT_EQ(found.evidence[0].note, "states 12, which no draft gave");
    EXPECT_EQ(found.evidence[1].note, "a right answer is lost");
}

TEST(Position, IsThatOfTheOnlyRightCandidate) {
    const std::vector<SampleFacts> all{
        handed_on("a", 0, {"7", "8"}, {0, 1}, "7"), handed_on("a", 1, {"7", "8"}, {1, 0}, "8"),
        handed_on("b", 0, {"7", "8"}, {0, 1}, "8"), handed_on("b", 1, {"7", "7"}, {0, 1}, "7"),
        handed_on("c", 0, {"7", "8"}, {0}, "7"),
    };
    const auto places = position(all).places;
    ASSERT_EQ(places.size(), 2U);
    EXPECT_EQ(places[0].place, 1);
    EXPECT_EQ(places[0].of, 2);
    EXPECT_EQ(places[0].readers, 2U);
    EXPECT_EQ(places[0].accuracy->value, 0.5);
    EXPECT_EQ(places[1].place, 2);
    EXPECT_EQ(places[1].accuracy->value, 0);
}

TEST(Position, LengthsAreQuartersAndEqualLengthsStayTogether) {
    std::vector<SampleFacts> all;
    for (int i = 0; i < 8; ++i) all.push_back(handed_on("a", i, {"7"}, {0}, i < 4 ? "7" : "8", i < 4 ? 10 : 10 + i));
    const auto lengths = position(all).lengths;
    ASSERT_EQ(lengths.size(), 3U);
    EXPECT_EQ(lengths[0].from, 10);
    EXPECT_EQ(lengths[0].to, 10);
    EXPECT_EQ(lengths[0].readers, 4U);
    EXPECT_EQ(lengths[0].accuracy->value, 1);
    EXPECT_EQ(lengths[2].readers + lengths[1].readers, 4U);
    EXPECT_EQ(lengths[2].to, 17);
    EXPECT_TRUE(position({}).lengths.empty());
}

TEST(TokenUse, IsMeansAndRatiosOfSums) {
    const TokenUse found =
        token_use(std::vector{handed_on("a", 0, {"7"}, {0}, "7"), handed_on("b", 0, {"7"}, {0}, "7")});
    EXPECT_EQ(found.b_seq->value, 60);
    EXPECT_EQ(found.of_nominal->value, 0.5);
    EXPECT_EQ(found.longest_of_seq->value, 0.5);
    EXPECT_FALSE(found.b_seq->ci);  // all alike: nothing to tell
    EXPECT_FALSE(token_use({}).b_seq);
}

TEST(Signatures, RunsMayBePooledAndTheProblemStaysTheCluster) {
    std::vector<SampleFacts> one;
    for (int i = 0; i < 6; ++i)
        one.push_back(handed_on("p" + std::to_string(i), 0, {"7", "8"}, {1}, i % 2 == 0 ? "7" : "8"));
    std::vector<SampleFacts> twice = one;
    twice.insert(twice.end(), one.begin(), one.end());
    const Anchoring found = anchoring(twice);
    EXPECT_EQ(found.samples, 12U);
    EXPECT_EQ(found.rounds[0].only_wrong.after, anchoring(one).rounds[0].only_wrong.after);  // it tells nothing new
}

TEST(Signatures, EvidenceIsBoundedAndTheOrderOfSamplesChangesNothing) {
    std::vector<SampleFacts> all;
    for (int i = 0; i < 50; ++i)
        all.push_back(handed_on("p" + std::to_string(i % 7), i, {"7", "7", "8"}, {2}, i % 3 == 0 ? "7" : "8", 10 + i));
    const Anchoring before = anchoring(all);
    EXPECT_EQ(before.evidence.size(), kMostEvidence);
    std::reverse(all.begin(), all.end());
    const Anchoring after = anchoring(all);
    EXPECT_EQ(after.rate, before.rate);
    EXPECT_EQ(after.rounds[0].any_wrong.change, before.rounds[0].any_wrong.change);
    EXPECT_EQ(after.evidence[0].sample, before.evidence[0].sample);
    EXPECT_EQ(position(all).lengths.size(), 4U);
}

}  // namespace
}  // namespace retort::test

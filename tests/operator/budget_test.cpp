// Budgets bind: split before a fan-out, the finish reserved first, every branch given what B_seq leaves.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "operator/harness.h"

namespace retort::test {
namespace {

using testing::HasSubstr;

// Writes as much as it may, all of it solution.
Completion as_long_as_allowed(const CompletionRequest& request) {
    if (request.place.role == CallRole::select) return scripted_text("SELECT: 1");
    const bool judges = request.place.role == CallRole::judge;
    Completion out = scripted_text(judges ? "FINAL SOLUTION\nSELECT: 1\nSCORE: 7" : "FINAL SOLUTION \\boxed{1}");
    for (std::int64_t words = count_words(out.text); words < request.max_tokens(); ++words) out.text += " w";
    out.finish = Finish::length;
    return out;
}

Harness greedy_harness(DistillerKind distiller) {
    Harness harness(as_long_as_allowed);
    harness.defaults.distiller = distiller;
    return harness;
}

// The smallest budget that a too small one is told.
std::int64_t smallest_named(const std::string& message) {
    const std::string words = "the smallest that would do is ";
    return std::stoll(message.substr(message.find(words) + words.size()));
}

RC_GTEST_PROP(Budget, NeverExceedsBSeqNorBTotalAndAlwaysAnswers, ()) {
    const auto distiller =
        *rc::gen::element(DistillerKind::summary, DistillerKind::topk, DistillerKind::topk_each, DistillerKind::random,
                          DistillerKind::full, DistillerKind::conclusions, DistillerKind::parts);
    const auto method = *rc::gen::element<std::string>("cot", "sr:3", "sr:3,analysis", "pdr:3", "pdr:4,2", "vote:3",
                                                       "vote:3,parts", "rsa:3,2,2", "best:3", "tournament:5,2,2");
    Harness harness = greedy_harness(distiller);
    const bool seq = *rc::gen::arbitrary<bool>();
    const std::int64_t budget = *rc::gen::inRange<std::int64_t>(1, 8000);
    (seq ? harness.settings.budget.seq : harness.settings.budget.total) = budget;
    const RunResult result = harness.run(method);
    if (result.error) {
        RC_ASSERT(result.error->kind == ErrorKind::budget);
        RC_ASSERT(harness.model.asked().empty());
        RC_ASSERT(smallest_named(result.error->message) > budget);
    } else {
        RC_ASSERT((seq ? result.budget.b_seq : result.budget.b_total) <= budget);
        RC_ASSERT(result.answer == "1");
    }
}

TEST(Budget, TheSmallestThatWouldDoDoes) {
    for (const std::string method : {"cot", "sr:4", "pdr:4,2", "vote:5", "best:4", "tournament:4,2,2"}) {
        for (const bool seq : {true, false}) {
            Harness small = greedy_harness(DistillerKind::summary);
            (seq ? small.settings.budget.seq : small.settings.budget.total) = 1;
            const RunResult refused = small.run(method);
            ASSERT_TRUE(refused.error);
            EXPECT_EQ(exit_code(refused.error->kind), 4);
            const std::int64_t smallest = smallest_named(refused.error->message);

            Harness enough = greedy_harness(DistillerKind::summary);
            (seq ? enough.settings.budget.seq : enough.settings.budget.total) = smallest;
            EXPECT_FALSE(enough.run(method).error) << method;
            Harness less = greedy_harness(DistillerKind::summary);
            (seq ? less.settings.budget.seq : less.settings.budget.total) = smallest - 1;
            EXPECT_TRUE(less.run(method).error) << method;
        }
    }
}

TEST(Budget, AShortfallIsKnownBeforeTheRun) {
    for (const std::string method : {"cot", "pdr:4,2", "tournament:4,2,2"}) {
        Harness harness = greedy_harness(DistillerKind::summary);
        EXPECT_FALSE(harness.shortfall(method)) << "no budget binds";
        harness.settings.budget.seq = 1;
        const std::optional<BudgetShortfall> shortfall = harness.shortfall(method);
        ASSERT_TRUE(shortfall) << method;
        EXPECT_EQ(too_small(*shortfall).message, harness.run(method).error->message);
        harness.settings.budget.seq = shortfall->smallest;
        EXPECT_FALSE(harness.shortfall(method)) << method;
        EXPECT_TRUE(harness.model.asked().empty());
    }
}

TEST(Budget, ThatIsLargeChangesNothing) {
    Harness free;
    Harness bound;
    bound.settings.budget = {1000000, 1000000};
    EXPECT_EQ(free.run("pdr:4,2").budget, bound.run("pdr:4,2").budget);
    EXPECT_EQ(bound.model.asked()[0].think, 100);
    EXPECT_EQ(bound.model.asked()[0].max_answer, 50);
}

TEST(Budget, BTotalIsSplitOverAFanOutButBSeqIsNot) {
    Harness seq = greedy_harness(DistillerKind::random);
    seq.settings.budget.seq = 800;
    seq.run("pdr:8");
    Harness total = greedy_harness(DistillerKind::random);
    total.settings.budget.total = 1200;
    total.run("pdr:8");
    EXPECT_EQ(seq.model.asked()[0].max_tokens(), 150);
    EXPECT_LT(total.model.asked()[0].max_tokens(), 50);
}

TEST(Budget, TheFinishKeepsItsShare) {
    Harness harness = greedy_harness(DistillerKind::random);
    harness.settings.budget.seq = 900;
    const RunResult result = harness.run("pdr:4,4");
    ASSERT_FALSE(result.error) << result.error->message;
    const auto asked = harness.by_path();
    EXPECT_GE(asked.at("final").max_tokens(), asked.at("r1.d0").max_tokens());
}

TEST(Budget, AThinkingBudgetThatIsCutKeepsRoomForTheAnswer) {
    Harness harness = greedy_harness(DistillerKind::random);
    harness.settings.budget.seq = 120;
    harness.run("cot");
    const CompletionRequest& request = harness.model.asked().at(0);
    EXPECT_LT(request.max_tokens(), 150);
    EXPECT_GT(request.max_answer, 0);
    EXPECT_GT(request.think, request.max_answer);
}

}  // namespace
}  // namespace retort::test

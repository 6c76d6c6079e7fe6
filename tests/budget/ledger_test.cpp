// The ledger against its definition: B_seq by trying every path of small graphs, B_total by adding up.
#include "budget/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace retort::test {
namespace {

struct Call {
    CallCost cost;
    std::vector<NodeId> parents;  // earlier calls
};
using Graph = std::vector<Call>;

rc::Gen<Usage> a_usage() {
    return rc::gen::map(
        rc::gen::tuple(rc::gen::inRange(0, 1000), rc::gen::inRange(0, 1000), rc::gen::arbitrary<bool>()),
        [](const std::tuple<int, int, bool>& of) {
            const auto [in, out, estimated] = of;
            return Usage{in, out, in / 2, out / 3, estimated};
        });
}

CallCost a_cost() {
    CallCost out;
    out.usage = *a_usage();
    out.think = *rc::gen::inRange(0, 500);
    out.requests = *rc::gen::inRange(0, 3);
    out.failed_attempts = *rc::gen::inRange(0, 3);
    if (out.failed_attempts > 0) out.failed_usage = *a_usage();
    return out;
}

std::vector<NodeId> some_of(std::size_t calls) {
    std::vector<NodeId> out;
    for (NodeId node = 0; node < calls; ++node)
        if (*rc::gen::inRange(0, 3) == 0) out.push_back(node);
    return out;
}

Graph a_graph() {
    Graph out;
    const auto size = *rc::gen::inRange<std::size_t>(1, 10);
    for (std::size_t i = 0; i < size; ++i) out.push_back({a_cost(), some_of(i)});
    return out;
}

Ledger ledger_of(const Graph& graph) {
    Ledger out;
    for (const Call& call : graph) out.add(call.cost, call.parents);
    return out;
}

// Every path that ends at `end`, tried one by one.
std::int64_t heaviest_by_trying(const Graph& graph, NodeId end) {
    std::int64_t before = 0;
    for (const NodeId parent : graph[end].parents) before = std::max(before, heaviest_by_trying(graph, parent));
    return before + graph[end].cost.usage.total();
}

std::int64_t heaviest_by_trying(const Graph& graph, const std::vector<NodeId>& ends) {
    std::int64_t out = 0;
    for (const NodeId end : ends) out = std::max(out, heaviest_by_trying(graph, end));
    return out;
}

RC_GTEST_PROP(Ledger, BSeqIsTheHeaviestPathToTheAnswer, ()) {
    const Graph graph = a_graph();
    const std::vector<NodeId> answer = some_of(graph.size());
    const Ledger ledger = ledger_of(graph);
    RC_ASSERT(ledger.heaviest_path(answer) == heaviest_by_trying(graph, answer));
    RC_ASSERT(ledger.totals(answer).b_seq == heaviest_by_trying(graph, answer));
}

RC_GTEST_PROP(Ledger, BSeqNeverExceedsBTotal, ()) {
    const Graph graph = a_graph();
    const BudgetTotals totals = ledger_of(graph).totals(some_of(graph.size()));
    RC_ASSERT(totals.b_seq <= totals.b_total);
    RC_ASSERT(totals.max_call_tokens <= totals.b_total);
}

RC_GTEST_PROP(Ledger, BTotalIsTheSumOverAllCallsAndAttempts, ()) {
    const Graph graph = a_graph();
    BudgetTotals expected;
    for (const Call& call : graph) {
        const Usage& failed = call.cost.failed_usage;
        expected.b_total += call.cost.usage.total() + failed.total();
        expected.tokens_in += call.cost.usage.in + failed.in;
        expected.tokens_out += call.cost.usage.out + failed.out;
        expected.calls += call.cost.requests;
        expected.failed_calls += call.cost.failed_attempts;
    }
    const Ledger ledger = ledger_of(graph);
    const BudgetTotals totals = ledger.totals({});
    RC_ASSERT(ledger.total() == expected.b_total);
    RC_ASSERT(totals.b_total == expected.b_total);
    RC_ASSERT(totals.tokens_in == expected.tokens_in);
    RC_ASSERT(totals.tokens_out == expected.tokens_out);
    RC_ASSERT(totals.b_total == totals.tokens_in + totals.tokens_out);
    RC_ASSERT(totals.calls == expected.calls);
    RC_ASSERT(totals.failed_calls == expected.failed_calls);
}

RC_GTEST_PROP(Ledger, AddingADraftNeverLowersABudget, ()) {
    const Graph graph = a_graph();
    std::vector<NodeId> answer = some_of(graph.size());
    Ledger ledger = ledger_of(graph);
    const BudgetTotals before = ledger.totals(answer);
    answer.push_back(ledger.add(a_cost(), some_of(graph.size())));
    const BudgetTotals after = ledger.totals(answer);
    RC_ASSERT(after.b_seq >= before.b_seq);
    RC_ASSERT(after.b_total >= before.b_total);
    RC_ASSERT(after.b_seq_nominal >= before.b_seq_nominal);
    RC_ASSERT(after.max_call_tokens >= before.max_call_tokens);
}

RC_GTEST_PROP(Ledger, ADraftBesideTheAnswerLeavesBSeqAlone, ()) {
    const Graph graph = a_graph();
    const std::vector<NodeId> answer = some_of(graph.size());
    Ledger ledger = ledger_of(graph);
    const std::int64_t before = ledger.totals(answer).b_seq;
    ledger.add(a_cost(), some_of(graph.size()));
    RC_ASSERT(ledger.totals(answer).b_seq == before);
}

// Calls in another order that still has every call after those that it read.
RC_GTEST_PROP(Ledger, TheOrderInWhichCallsLandChangesNothing, ()) {
    const Graph graph = a_graph();
    const std::vector<NodeId> answer = some_of(graph.size());
    std::vector<NodeId> moved_to(graph.size(), graph.size());
    Ledger permuted;
    while (permuted.size() < graph.size()) {
        std::vector<NodeId> ready;
        for (NodeId node = 0; node < graph.size(); ++node) {
            const auto& parents = graph[node].parents;
            const bool all =
                std::all_of(parents.begin(), parents.end(), [&](NodeId p) { return moved_to[p] < graph.size(); });
            if (moved_to[node] == graph.size() && all) ready.push_back(node);
        }
        const NodeId node = *rc::gen::elementOf(ready);
        std::vector<NodeId> parents;
        for (const NodeId parent : graph[node].parents) parents.push_back(moved_to[parent]);
        moved_to[node] = permuted.add(graph[node].cost, parents);
    }
    std::vector<NodeId> moved_answer;
    for (const NodeId node : answer) moved_answer.push_back(moved_to[node]);
    RC_ASSERT(permuted.totals(moved_answer) == ledger_of(graph).totals(answer));
}

TEST(Ledger, CountsARoundAndItsFinishByHand) {
    Ledger ledger;
    std::vector<NodeId> drafts;
    for (const std::int64_t out : {10, 30, 20})
        drafts.push_back(ledger.add({{100, out, 0, 0, false}, 50, 1, 0, {}}, {}));
    const NodeId summary = ledger.add({{70, 5, 60, 0, false}, 0, 1, 1, {70, 2, 0, 0, false}}, drafts);
    const NodeId last = ledger.add({{40, 8, 0, 3, false}, 50, 2, 0, {}}, {summary});
    const BudgetTotals totals = ledger.totals({last});
    EXPECT_EQ(totals.b_seq, 130 + 75 + 48);
    EXPECT_EQ(totals.b_total, 110 + 130 + 120 + 75 + 72 + 48);
    EXPECT_EQ(totals.b_seq_nominal, 100);
    EXPECT_EQ(totals.max_call_tokens, 130);
    EXPECT_EQ(totals.tokens_cached, 60);
    EXPECT_EQ(totals.tokens_reasoning, 3);
    EXPECT_EQ(totals.calls, 6);
    EXPECT_EQ(totals.failed_calls, 1);
    EXPECT_FALSE(totals.estimated);
}

TEST(Ledger, OneEstimateMakesTheWholeEstimated) {
    Ledger ledger;
    const NodeId node = ledger.add({{1, 1, 0, 0, false}, 0, 1, 1, {1, 0, 0, 0, true}}, {});
    EXPECT_TRUE(ledger.totals({node}).estimated);
}

TEST(Ledger, WithoutCallsEverythingIsZero) {
    EXPECT_EQ(Ledger().totals({}), BudgetTotals());
}

}  // namespace
}  // namespace retort::test

#include "budget/ledger.h"

#include <algorithm>
#include <cassert>

namespace retort {

NodeId Ledger::add(const CallCost& cost, const std::vector<NodeId>& parents) {
    Node node;
    for (const NodeId parent : parents) {
        assert(parent < nodes_.size());
        node.path = std::max(node.path, nodes_[parent].path);
        node.nominal = std::max(node.nominal, nodes_[parent].nominal);
    }
    node.path += cost.usage.total();
    node.nominal += cost.think;
    nodes_.push_back(node);

    Usage all = cost.usage;
    all += cost.failed_usage;
    totals_.b_total += all.total();
    totals_.max_call_tokens = std::max(totals_.max_call_tokens, cost.usage.total());
    totals_.tokens_in += all.in;
    totals_.tokens_out += all.out;
    totals_.tokens_reasoning += all.reasoning;
    totals_.tokens_cached += all.cached;
    totals_.calls += cost.requests;
    totals_.failed_calls += cost.failed_attempts;
    totals_.estimated = totals_.estimated || all.estimated;
    return nodes_.size() - 1;
}

std::int64_t Ledger::heaviest_path(const std::vector<NodeId>& ends) const {
    std::int64_t heaviest = 0;
    for (const NodeId end : ends) heaviest = std::max(heaviest, nodes_.at(end).path);
    return heaviest;
}

BudgetTotals Ledger::totals(const std::vector<NodeId>& answer) const {
    BudgetTotals out = totals_;
    out.b_seq = heaviest_path(answer);
    for (const NodeId end : answer) out.b_seq_nominal = std::max(out.b_seq_nominal, nodes_.at(end).nominal);
    return out;
}

}  // namespace retort

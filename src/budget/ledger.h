// The ledger: a DAG of model calls, and the paper's budgets over it. Pure arithmetic, no I/O (PAPER: B_seq, B_total).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/completion.h"

namespace retort {

using NodeId = std::size_t;

// One model call as the ledger sees it. Units are tokens.
struct CallCost {
    Usage usage;
    std::int64_t think = 0;   // thinking budget in force, for the nominal axis
    int requests = 1;         // completed requests that make up the call; 0: it never completed
    int failed_attempts = 0;  // attempts that failed, retried or not
    Usage failed_usage;       // what those attempts cost, as far as metered
};

struct BudgetTotals {
    std::int64_t b_seq = 0;            // heaviest path (in + out) from the problem to the answer
    std::int64_t b_total = 0;          // all nodes, failed attempts and cancelled calls included as far as metered
    std::int64_t b_seq_nominal = 0;    // the paper's axis: thinking budgets along the longest path
    std::int64_t max_call_tokens = 0;  // longest single call, in + out
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
    std::int64_t tokens_reasoning = 0;
    std::int64_t tokens_cached = 0;
    std::int64_t calls = 0;         // completed calls
    std::int64_t failed_calls = 0;  // attempts that failed
    bool estimated = false;         // some figure was not reported by a server or a tokenizer
    friend bool operator==(const BudgetTotals&, const BudgetTotals&) = default;
};

class Ledger {
  public:
    // `parents` are calls whose output this one read; all must be in the ledger already.
    NodeId add(const CallCost& cost, const std::vector<NodeId>& parents);

    // Weight in tokens of the heaviest path that ends with any of these calls; 0 for none.
    std::int64_t heaviest_path(const std::vector<NodeId>& ends) const;

    // Sum over all calls and attempts so far.
    std::int64_t total() const { return totals_.b_total; }

    // Everything, for an answer that was made from these calls.
    BudgetTotals totals(const std::vector<NodeId>& answer) const;

    std::size_t size() const { return nodes_.size(); }

  private:
    struct Node {
        std::int64_t path = 0;     // heaviest path that ends here, this call included
        std::int64_t nominal = 0;  // the same by thinking budgets
    };
    std::vector<Node> nodes_;
    BudgetTotals totals_;  // the path figures are filled in by totals()
};

}  // namespace retort

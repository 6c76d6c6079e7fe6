// How large the KV cache is and how it is laid out, from the work that waits. Pure arithmetic. Not public.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/completion.h"
#include "model/llama/kv_layout.h"

namespace retort::llama {

// One sequence that wants to run.
struct KvDemand {
    std::span<const TokenId> prompt;
    std::int64_t completion = 0;  // most tokens it may write
};

struct KvLimits {
    KvLayout layout = KvLayout::automatic;
    std::int64_t cells = 0;  // most cells in all
    int sequences = 1;       // most sequences at a time
};

struct KvPlan {
    bool unified = true;
    std::int64_t cells = 0;  // of the whole cache when unified, else of each sequence
    int sequences = 0;

    std::int64_t total() const { return unified ? cells : cells * sequences; }
    // What holds both plans, which have one layout.
    KvPlan joined(const KvPlan& other) const {
        return {unified, std::max(cells, other.cells), std::max(sequences, other.sequences)};
    }
    friend bool operator==(const KvPlan&, const KvPlan&) = default;
};

// The layout and size for the first sequences of the queue that fit side by side. Cells are a power of two, or the
// limit.
KvPlan plan_kv(std::span<const KvDemand> queue, const KvLimits& limits);

// Cells that all queries of one step scan, weighed by what a scan costs in each layout: what the layouts are compared
// by.
struct ScanCost {
    double unified = 0;
    double split = 0;
};
ScanCost scan_cost(std::span<const KvDemand> sequences);

}  // namespace retort::llama

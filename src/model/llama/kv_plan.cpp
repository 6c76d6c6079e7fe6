#include "model/llama/kv_plan.h"

#include <algorithm>
#include <bit>

#include "model/llama/prefix_tree.h"

namespace retort::llama {
namespace {

// What a scanned cell costs a query in the split layout, where queries do not share it, against the unified one.
constexpr double kSplitCell = 2.7;

constexpr std::int64_t kFewestCells = 1024;
constexpr int kRetained = 16;  // sequence ids for finished prompts; they cost nothing when unified

std::int64_t length(const KvDemand& demand) {
    return static_cast<std::int64_t>(demand.prompt.size()) + demand.completion;
}

std::int64_t rounded(std::int64_t cells, std::int64_t most) {
    const auto power =
        static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max(cells, kFewestCells))));
    return std::min(power, most);
}

// Cells of all sequences with shared prompts counted once.
std::int64_t distinct_cells(std::span<const KvDemand> sequences, PrefixTree& tree) {
    std::int64_t completions = 0;
    for (int slot = 0; const KvDemand& demand : sequences) {
        const PrefixTree::Match match = tree.longest(demand.prompt);
        if (match.tokens > 0) tree.share(slot, match.slot, match.tokens);
        tree.append(slot, demand.prompt.subspan(match.tokens));
        completions += demand.completion;
        ++slot;
    }
    return static_cast<std::int64_t>(tree.cells()) + completions;
}

KvPlan plan_unified(std::span<const KvDemand> queue, const KvLimits& limits) {
    PrefixTree tree;
    return {true, rounded(distinct_cells(queue, tree), limits.cells), limits.sequences + kRetained};
}

KvPlan plan_split(std::span<const KvDemand> queue, const KvLimits& limits) {
    std::int64_t longest = 0;
    for (const KvDemand& demand : queue) longest = std::max(longest, length(demand));
    const std::int64_t cells = rounded(longest, limits.cells);
    const auto fit = static_cast<int>(std::max<std::int64_t>(1, limits.cells / cells));
    return {false, cells, std::min(static_cast<int>(queue.size()), fit)};
}

}  // namespace

ScanCost scan_cost(std::span<const KvDemand> sequences) {
    PrefixTree tree;
    const auto all = static_cast<double>(distinct_cells(sequences, tree));
    ScanCost cost;
    cost.unified = all * static_cast<double>(sequences.size());
    for (const KvDemand& demand : sequences) cost.split += kSplitCell * static_cast<double>(length(demand));
    return cost;
}

KvPlan plan_kv(std::span<const KvDemand> queue, const KvLimits& limits) {
    const auto side_by_side = queue.first(std::min(queue.size(), static_cast<std::size_t>(limits.sequences)));
    const ScanCost cost = scan_cost(side_by_side);
    const bool split =
        limits.layout == KvLayout::split || (limits.layout == KvLayout::automatic && cost.split < cost.unified);
    return split ? plan_split(side_by_side, limits) : plan_unified(side_by_side, limits);
}

}  // namespace retort::llama

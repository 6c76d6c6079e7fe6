// What a sweep prints: its runs side by side, or what it would cost. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/eval_config.h"
#include "cli/eval_output.h"
#include "cli/sweep_file.h"
#include "eval/suite.h"

namespace retort::cli {

struct SweepRow {
    const EvalConfig* config = nullptr;  // not owned
    EvalSummary summary;
    EvalEnding ending;
};

// In at most `width` columns where that can be: what matters least is left out first, failures and cut samples never.
// 0: any width.
std::string sweep_text(const std::vector<SweepRow>& rows, int width);
std::string sweep_json(const std::vector<SweepRow>& rows);  // {"runs":[what eval --json prints, ...], ...}

// Upper bounds, repairs and retries apart. Calls that several runs draw alike (their first rounds) are drawn once.
struct SweepCost {
    std::int64_t calls = 0;         // to be made
    std::int64_t shared_calls = 0;  // not made, since another run has drawn them
    std::int64_t tokens_in = 0;     // problems and workspaces that are read, by estimate
    std::int64_t tokens_out = 0;
    std::optional<double> dollars;  // where prices are given
};
// `template_tokens`: what a prompt says beside problem and workspace, by estimate.
SweepCost cost_of(const std::vector<EvalConfig>& runs, const Suite& suite, std::int64_t template_tokens,
                  const std::optional<SweepPrices>& prices);

// `shard`: the cost is that of this part of the problems.
std::string sweep_plan_text(const std::vector<EvalConfig>& runs, const SweepCost& cost,
                            const std::optional<Shard>& shard);
std::string sweep_plan_json(const std::vector<EvalConfig>& runs, const SweepCost& cost,
                            const std::optional<Shard>& shard);

}  // namespace retort::cli

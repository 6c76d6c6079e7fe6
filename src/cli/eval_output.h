// What an evaluation prints at its end, and what it would ask for. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/eval_config.h"
#include "cli/shard.h"
#include "eval/summary.h"

namespace retort::cli {

// What the samples do not know.
struct EvalEnding {
    double wall_s = 0;  // of this process
    std::int64_t resumed_calls = 0;
    std::int64_t shared_calls = 0;              // drawn by another run of the journal
    std::optional<Shard> shard = std::nullopt;  // the figures are of this part of the problems alone
};

// The contract's object (version 1), one line. Figures that cannot be had are null: nothing was judged.
std::string eval_json(const EvalConfig& config, const EvalSummary& summary, const EvalEnding& ending);

// The same for people.
std::string eval_text(const EvalConfig& config, const EvalSummary& summary, const EvalEnding& ending);

// Of a dry run: calls and at most how many tokens.
std::string eval_plan_text(const EvalConfig& config, const std::optional<Shard>& shard);
std::string eval_plan_json(const EvalConfig& config, const std::optional<Shard>& shard);

}  // namespace retort::cli

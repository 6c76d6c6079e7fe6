#include "budget/limits.h"

#include <algorithm>
#include <functional>

namespace retort {
namespace {

using Weight = std::function<std::int64_t(const Stage&)>;

constexpr std::int64_t kCandidateLabel = 8;  // tokens around each candidate: its number and line ends

// Tokens of one call of the stage when every call may write `level` tokens, or its least.
std::int64_t call_tokens(const Stage& stage, std::int64_t level) {
    const std::int64_t writes = std::min(stage.want, std::max(level, stage.least));
    const Candidates& read = stage.candidates;
    if (read.count == 0) return stage.prompt + writes;
    const std::int64_t solution = divide_limit(std::max(level, stage.least), read.think, read.max_answer).max_answer;
    return stage.prompt + read.count * (solution + kCandidateLabel) + writes;
}

std::int64_t cost(const std::vector<Stage>& stages, const Weight& weight, std::int64_t level) {
    std::int64_t out = 0;
    for (const Stage& stage : stages) out += weight(stage) * call_tokens(stage, level);
    return out;
}

// The largest level that stays within `left`. The cost rises with the level.
std::int64_t affordable_level(const std::vector<Stage>& stages, const Weight& weight, std::int64_t left) {
    std::int64_t low = 0;
    std::int64_t high = 1;
    for (const Stage& stage : stages) high = std::max(high, stage.want);
    while (low < high) {
        const std::int64_t middle = low + (high - low + 1) / 2;
        if (cost(stages, weight, middle) <= left)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

}  // namespace

Allotment allot(const std::vector<Stage>& stages, const BudgetLeft& left) {
    const Weight one = [](const Stage&) { return std::int64_t{1}; };
    const Weight width = [](const Stage& stage) { return stage.width; };
    Allotment out;
    out.smallest_seq = cost(stages, one, 0);
    out.smallest_total = cost(stages, width, 0);
    out.enough = (!left.seq || *left.seq >= out.smallest_seq) && (!left.total || *left.total >= out.smallest_total);
    if (!out.enough || stages.empty()) return out;

    const Stage& now = stages.front();
    out.out = now.want;
    if (left.seq) out.out = std::min(out.out, std::max(now.least, affordable_level(stages, one, *left.seq)));
    if (left.total) out.out = std::min(out.out, std::max(now.least, affordable_level(stages, width, *left.total)));
    return out;
}

CallLimits divide_limit(std::int64_t out, std::int64_t think, std::int64_t max_answer) {
    if (out >= think + max_answer) return {think, max_answer};
    const std::int64_t share = out * max_answer / std::max<std::int64_t>(1, think + max_answer);
    const std::int64_t answer = std::clamp<std::int64_t>(share, std::min<std::int64_t>(1, out), max_answer);
    return {std::max<std::int64_t>(0, out - answer), answer};
}

}  // namespace retort

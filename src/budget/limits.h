// Dividing what is left of a budget among the calls that are still to come. Pure arithmetic; units are tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace retort {

// Solutions that a call will read whole, of drafts that are not written yet: how long they get depends on the division.
struct Candidates {
    std::int64_t count = 0;
    std::int64_t think = 0;  // limits of the drafts
    std::int64_t max_answer = 0;
};

// Calls side by side; stages follow one another. The last stage is the finish.
struct Stage {
    std::int64_t width = 1;
    std::int64_t prompt = 0;  // tokens that each call reads, candidates apart, an upper bound
    Candidates candidates;
    std::int64_t want = 1;   // tokens that each call may write when nothing binds
    std::int64_t least = 1;  // a call that may write less is of no use
};

// None: that budget does not bind.
struct BudgetLeft {
    std::optional<std::int64_t> seq;
    std::optional<std::int64_t> total;
};

// What each call of the first stage may write, or, when the budgets do not do, how much both would have to be.
struct Allotment {
    bool enough = true;
    std::int64_t out = 0;
    std::int64_t smallest_seq = 0;
    std::int64_t smallest_total = 0;
};

// The finish is reserved first: every stage still to come keeps its prompt and its share. Shares are equal, but none
// exceeds what the stage wants; what one stage does not use is divided again before the next. B_total is split over
// the calls of a stage; under B_seq every one of them has the whole of the stage's share.
Allotment allot(const std::vector<Stage>& stages, const BudgetLeft& left);

// Tokens that a call may write, divided into thinking and answer in the proportion of what was wanted.
struct CallLimits {
    std::int64_t think = 0;
    std::int64_t max_answer = 1;
};
CallLimits divide_limit(std::int64_t out, std::int64_t think, std::int64_t max_answer);

}  // namespace retort

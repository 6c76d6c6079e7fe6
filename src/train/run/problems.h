// The problems that are learnt from: read or made, kept apart from test sets, drawn in an order that the seed decides,
// retired when they are solved.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "eval/suite.h"
#include "train/run/config.h"

namespace retort::train {

// A suite from its settings; `split` is "train" or "test" for problems that are made. Where nothing is asked for (no
// file and no count) it is empty.
Outcome<Suite> load_problems(const ProblemSettings& settings, const std::string& split);

// What they are named to people: "problems.jsonl (data.suite)" of the settings under the key "data".
std::string name_of(const ProblemSettings& settings, const std::string& key);

// Problems of `suite` that are in `tests` too: by the same text, white space and case apart, or by 13 words in a row.
struct Contamination {
    std::size_t exact = 0;
    std::size_t by_words = 0;
    std::vector<std::size_t> places;  // in `suite`, ascending
};
Contamination find_contamination(const Suite& suite, const std::vector<Suite>& tests);

// How often a problem was tried and solved.
struct PassRate {
    std::int64_t tried = 0;
    std::int64_t solved = 0;
};

// Where the drawing stands: part of every checkpoint.
struct DrawState {
    std::int64_t epoch = 0;
    std::int64_t next = 0;                  // in the epoch's order
    std::map<std::string, PassRate> rates;  // by the problem's id; of those that were tried
};

struct DrawRules {
    double retire_at = 2;       // a problem whose last rollouts were solved at this rate is passed over; above 1: none
    bool by_pass_rate = false;  // the more certain it is how a problem ends, the more epochs pass it over
};

// Draws problems without repetition, epoch by epoch, each in an order of its own. One thread.
//
// By pass rate an epoch draws a problem with probability 4 p (1 - p), where p = (solved + 1) / (tried + 2) over its
// last rollouts: surely where it was not tried or was solved half the time; of 8 rollouts all or none solved, at 0.36.
// So what teaches nothing now is looked at again, but less often. Whether it is drawn is decided by seed, epoch and
// problem.
class ProblemDraw {
  public:
    ProblemDraw(const Suite& suite, std::uint64_t seed, DrawRules rules);

    // So many different problems, by place in the suite; fewer when fewer are left in all. Those that the pass rate
    // passes over are taken before there would be too few.
    std::vector<std::size_t> take(std::size_t count);

    void tried(std::size_t problem, std::int64_t samples, std::int64_t solved);

    std::size_t retired() const;
    const DrawState& state() const { return state_; }
    void set_state(DrawState state);

  private:
    bool is_retired(std::size_t problem) const;
    bool is_passed_over(std::size_t problem) const;
    std::size_t next();
    void order_epoch();

    const Suite& suite_;
    std::uint64_t seed_;
    DrawRules rules_;
    DrawState state_;
    std::vector<int> order_;
};

}  // namespace retort::train

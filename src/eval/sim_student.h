// The simulated student: what it is made of, and the truth about it. Pure functions; lengths are tokens, abilities are
// logits (natural logarithm of the odds of a right answer). Any thread.
//
// A problem has a difficulty, `spread` times a standard normal number drawn by hash of its id. With a workspace in
// which a share r of the candidates is right and a share w wrong, the student is right with the odds
//
//     ln(p / (1 - p)) = ln(skill / (1 - skill)) - difficulty + help * r - hurt * w     (- unthinking with no thinking)
//
// where it writes an answer at all (1 - abstain) and neither thinking nor answer is longer than the call may be.
// Lengths are log-normal, and thinking is longer for harder problems.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace retort {

struct SimParameters {
    double skill = 0.6;   // chance to be right on a problem of average difficulty, with nothing to read; 0 < skill < 1
    double spread = 1.0;  // standard deviation of difficulty, logits
    double help = 3.0;    // logits that a workspace of right candidates only gives
    double hurt = 1.5;    // logits that a workspace of wrong candidates only takes
    double copy = 0.6;    // chance that a wrong answer is one of the workspace's, where it has wrong ones
    double common = 0.4;  // chance that another wrong answer is the problem's usual mistake
    double abstain = 0.02;    // chance of a solution without an answer
    double think = 3000;      // median tokens of thinking
    double think_sd = 0.6;    // standard deviation of its logarithm
    double think_hard = 0.3;  // what a logit of difficulty adds to that logarithm
    double unthinking = 1.5;  // logits lost where the call allows no thinking
    double answer = 120;      // median tokens of a solution
    double answer_sd = 0.3;   // standard deviation of its logarithm
    double side = 0.25;       // thinking of a call that is no attempt (summary, selection, judging), as a share
    double acuity = 1.0;      // how far a right candidate stands out where one is judged, standard deviations
    double unreadable = 0;    // chance that a selection, a score or a vote cannot be read
    double lose = 0.05;       // chance that a summary leaves out the right candidates
    double invent = 0.02;     // chance that a summary has an answer that no candidate gave
    double fail = 0;          // chance that a call fails, as of a server
    double latency_ms = 0;    // how long a call takes
    std::uint64_t seed = 0;   // another seed: another student of the same kind, and other difficulties
};

// What may stand in a specification.
struct SimParameter {
    std::string_view name;
    double least = 0;
    double most = 0;
    std::string_view about;
    double SimParameters::* value;  // null for the seed
};
std::span<const SimParameter> sim_parameters();

// "skill=0.6,spread=1" with or without "sim:" before it; empty: the defaults. The error names an unknown parameter with
// the nearest known one, or the range of a value.
Outcome<SimParameters> parse_sim_parameters(std::string_view spec);

// Of a problem, in logits.
double sim_difficulty(const SimParameters& parameters, std::string_view problem_id);

// Candidates in a workspace, as shares of all that it holds; both 0: none.
struct SimShares {
    double right = 0;
    double wrong = 0;
};

// What a call may write, tokens.
struct SimLimits {
    std::int64_t think = 8192;
    std::int64_t max_answer = 2048;
};

// The chance that an answer is right, given that one is written.
double sim_right(const SimParameters& parameters, double difficulty, bool thinks, SimShares read = {});

// The chance of a right answer: in closed form. This is the truth that measured accuracies estimate.
double sim_accuracy(const SimParameters& parameters, double difficulty, SimLimits limits, SimShares read = {});

// The expectation of f(difficulty) over the problems that the student could meet, by integration. With sim_accuracy
// it is the accuracy of `cot`; with 1 - (1 - sim_accuracy)^k its pass@k.
double sim_expectation(const SimParameters& parameters, const std::function<double(double difficulty)>& f);

// The accuracy of `cot` over the problems that the student could meet.
double sim_cot_accuracy(const SimParameters& parameters, SimLimits limits);

}  // namespace retort

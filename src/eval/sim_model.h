// A simulated model: a parametric student (sim_student.h) behind the interface of every model, with no network. To plan
// experiments, to check statistics against a known truth, and to load-test. What it says is made up: info().where is
// "simulated", and so is everything that comes of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/sleep.h"
#include "base/error.h"
#include "eval/sim_student.h"
#include "eval/suite.h"
#include "model/language_model.h"

namespace retort {

// What the student can say to a problem.
struct SimProblem {
    std::string id;                  // as in Place::problem
    std::string text;                // taken out of prompts before candidates are looked for
    std::string right;               // an answer that is judged equal
    std::vector<std::string> wrong;  // answers that are judged different; the first is the usual mistake; at least one
};

// Of every problem of a suite: the reference, and wrong answers made from it, each tried with the problem's verifier.
// The error names a problem that has no reference, or none that its own verifier takes.
Outcome<std::vector<SimProblem>> sim_problems(const Suite& suite);

// The model named by "sim:" and its parameters ("sim:skill=0.6,spread=1.0,seed=3"). Answers are keyed by the request's
// seed and place: the same request has the same completion, in any order, in any process. A problem it does not know
// is an error completion. Tokens are words; thinking is counted in full but written as one line. It answers attempts,
// summaries, analyses, selections and the judge's calls, by the place's role. `sleeper` is asked where there is a
// latency; empty: sleep_for. Loop thread only.
Outcome<std::shared_ptr<LanguageModel>> make_sim_model(const std::string& spec, std::vector<SimProblem> problems,
                                                       Sleeper sleeper = {});

// How the student closes a solution: the answer in a box.
std::string sim_solution(std::string_view answer);

// Whether a model's name is a specification of a simulated one.
bool is_sim_model(std::string_view name);

}  // namespace retort

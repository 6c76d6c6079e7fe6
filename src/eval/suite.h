// A suite: the problems of an evaluation, from a file with one JSON object a line (the contract's problem lines).
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "operator/run_view.h"

namespace retort {

struct SuiteProblem {
    Problem problem;   // with its verifier
    std::string kind;  // "math", "countdown", ...
    std::string line;  // the JSON as it was read
};

struct Suite {
    std::string name;  // the file's name without folders and ending
    std::string hash;  // hash_of() the problems
    std::vector<SuiteProblem> problems;
};

// Problems from text, one a line; blank lines are passed over, unknown keys ignored. The error names file and line:
// no JSON object, an id that is missing or was there before, a kind that is not known or lacks what it needs.
Outcome<Suite> parse_suite(const std::string& name, const std::string& text);

// Over the problems' lines, in order.
std::string hash_of(const std::vector<SuiteProblem>& problems);

// Reads a file of at most 1 GiB.
Outcome<Suite> load_suite(const std::string& path);

}  // namespace retort

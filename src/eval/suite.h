// A suite: the problems of an evaluation, from a file with one JSON object a line (the contract's problem lines).
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "operator/run_view.h"

namespace retort {

struct SuiteProblem {
    Problem problem;        // with its verifier
    std::string kind;       // "math", "countdown", ...
    std::string line;       // the JSON as it was read
    std::size_t place = 0;  // the number of its line in the file, from 1
};

struct Suite {
    std::string name;  // the file's name without folders and ending
    std::string hash;  // hash_of() the problems
    std::vector<SuiteProblem> problems;
};

// What is wrong with a line.
struct SuiteFault {
    std::size_t place = 0;  // the line's number, from 1; 0: the file as a whole
    std::string what;       // expected, found
};

// Those of a file; a file that is something else altogether does not fill the memory.
struct SuiteFaults {
    std::vector<SuiteFault> kept;  // the first thousand
    std::size_t all = 0;           // how many there were

    void add(SuiteFault fault);
};

// Problems from text, one a line; blank lines are passed over, unknown keys ignored. The error names file and line:
// no JSON object, an id that is missing or was there before, a kind that is not known or lacks what it needs.
Outcome<Suite> parse_suite(const std::string& name, const std::string& text);

// The same, but goes on after a fault: all good lines, and all faults.
Suite parse_suite(const std::string& name, const std::string& text, SuiteFaults& faults);

// Over the problems' lines, in order.
std::string hash_of(const std::vector<SuiteProblem>& problems);

// Reads a file of at most 1 GiB.
Outcome<Suite> load_suite(const std::string& path);

// The text of such a file.
Outcome<std::string> read_suite_file(const std::string& path);

}  // namespace retort

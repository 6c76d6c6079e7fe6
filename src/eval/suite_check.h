// Whether a suite is fit to be evaluated: every line is a problem, ids are unique, and each reference, read as an
// answer, is judged right by the problem's own verifier. Kinds that run programs do so here too.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "eval/suite.h"

namespace retort {

struct KindCount {
    std::size_t problems = 0;
    std::size_t with_reference = 0;
    std::size_t judged = 0;  // those whose answers can be told right from wrong
};

struct SuiteReport {
    std::map<std::string, KindCount> kinds;
    SuiteFaults faults;                // by line
    std::vector<SuiteFault> warnings;  // keys that nothing reads and that look like others; at the first line of each
};

SuiteReport check_suite(const std::string& text);

}  // namespace retort

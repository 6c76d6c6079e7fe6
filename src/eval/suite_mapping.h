// A published set as lines of ours: its own names of fields are given ours, and what it says around an answer is cut.
// Pure functions.
#pragma once

#include <map>
#include <string>

#include "base/error.h"

namespace retort {

struct SuiteMapping {
    std::string kind = "math";
    std::map<std::string, std::string> fields;  // our name -> theirs; fields that are not named here stay as they are
    std::string answer_after;                   // the answer is what follows the last of these: "####"
    std::string problem_until;                  // the problem ends before the last of these: an instruction of theirs
};

// One line of ours for each of theirs. An id that is missing or a number is made from the suite's name. With
// `answer_after` the whole of what held the answer stays as "solution". The error names the line.
Outcome<std::string> mapped_suite(const std::string& name, const std::string& text, const SuiteMapping& mapping);

}  // namespace retort

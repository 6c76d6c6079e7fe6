// The calls of one sample as a report and an export show them: by path, with solution and reasoning told apart.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "eval/report/evaluation.h"

namespace retort {

struct ShownText {
    std::string solution;
    std::string reasoning;
};

// What a call wrote. `marker` is that of the run's prompt set.
ShownText shown_text(const RecordedCall& call, const std::string& marker);

// The marker of the compiled prompt set with this hash. Of a set of the user's own it is not known: then that of the
// default set, and where a text does not hold it the whole text is shown as solution.
std::string marker_of(const std::string& prompts_hash);

// The call that counts at each path: a call may have been lost or have failed before.
using CallsByPath = std::map<std::string, RecordedCall>;
Outcome<CallsByPath> calls_by_path(const EvaluatedRun& run, std::size_t i);  // of the run's i-th sample

}  // namespace retort

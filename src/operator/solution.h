// Telling a solution from the reasoning before it.
#pragma once

#include <string>
#include <string_view>

#include "base/completion.h"

namespace retort {

struct Solution {
    bool present = false;   // false: there is none; a draft that was cut off without a solution counts as none
    std::string text;       // without white space at the ends
    std::string reasoning;  // what precedes the marker in the text; empty where the model marks its reasoning
    bool marked = false;    // reasoning and solution were told apart, by the model or by the marker
};

// Where the model marks its reasoning, the text is the solution. Else what follows the last line that begins with the
// marker (case and Markdown around it ignored) is; without a marker the whole text, unless it was cut off while it may
// still have been reasoning. `think`: the thinking budget it had; with none, all it wrote is its solution.
Solution find_solution(const Completion& completion, std::string_view marker, std::int64_t think);

// Whether a text that goes on may begin with the line of the marker: it does, or what there is of it does not tell.
// Never where the marker is empty.
bool may_open_with(std::string_view text, std::string_view marker);

}  // namespace retort

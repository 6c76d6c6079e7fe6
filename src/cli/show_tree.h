// A recorded run as a tree of lines. Pure: the values come from the journal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/completion.h"
#include "cli/display/line.h"
#include "record/recorded.h"

namespace retort::cli {

// A call with what it read, where that is to be shown.
struct ShownCall {
    RecordedCall call;
    std::optional<Prompt> prompt;
};

// One problem's one sample. Events are JSON texts, in the order in which they were recorded; a result is the object
// that `solve --json` prints.
struct ShownSample {
    std::string problem;
    int sample = 0;
    std::string problem_text;  // empty: not known
    std::vector<ShownCall> calls;
    std::vector<std::string> workspaces;
    std::vector<std::string> warnings;
    std::optional<std::string> result;  // the last one; none: the run did not come to its end
};

struct TreeOptions {
    bool unicode = true;
    bool text = false;  // what each call read and wrote, under its line
};

// A finished sample in one line: how it ended, what it cost.
Line sample_line(const ShownSample& sample);

std::vector<Line> sample_tree(const ShownSample& sample, const TreeOptions& options);

}  // namespace retort::cli

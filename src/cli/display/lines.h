// From the picture of a run to lines of a terminal. Pure functions.
#pragma once

#include <vector>

#include "cli/display/line.h"
#include "cli/display/picture.h"

namespace retort::cli {

// What a terminal can show.
struct Canvas {
    int width = 80;
    int height = 24;
    bool unicode = true;
};

// The run while it goes: never wider than the canvas, and at least one line less than its height.
std::vector<Line> live_lines(const Picture& picture, const Canvas& canvas);

// The run when it is over: every round on a line, then the warnings; any number of lines.
std::vector<Line> closing_lines(const Picture& picture, const Canvas& canvas);

// The answer with its verdict, for when the results go elsewhere.
Line answer_line(const Closing& closing, const Canvas& canvas);

// The verdict alone, for when the answer stands above.
Line verdict_line(const Closing& closing, const Canvas& canvas);

// What it cost, as the last line.
Line budget_line(const Closing& closing, const Canvas& canvas);

}  // namespace retort::cli

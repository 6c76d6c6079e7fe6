// One call as a line of a terminal, and the words that its parts are shown by.
#pragma once

#include <string>
#include <string_view>

#include "cli/display/line.h"
#include "cli/display/lines.h"
#include "cli/display/picture.h"

namespace retort::cli {

// "right", "cut off", "thinks"; empty while it writes.
Span state_of(const Lane& lane);

// "32 tok/s"; empty while there is nothing to measure.
std::string speed(const Lane& lane, double now_s);

// "1,204 tok", "~92 tok" where the pieces of the stream were counted.
std::string tokens(const Lane& lane);

// Name, bar, tokens, speed, the end of its text, state: as much as fits, never wider than the canvas.
Line lane_line(std::string_view name, const Lane& lane, double now_s, const Canvas& canvas);

}  // namespace retort::cli

// A training run under way, as lines. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/display/line.h"
#include "cli/display/lines.h"
#include "train/display/train_progress.h"

namespace retort::train {

// What is known besides the rows.
struct TrainMoment {
    double now_s = 0;    // on the clock of the rows
    std::string doing;   // "sampling trace"; empty: a step that is soon over
    bool stops = false;  // the step under way is the last one
};

// The last values as a tiny curve, from their least to their greatest, a column each; at most `width` of them.
std::string sparkline(const std::vector<double>& values, int width, bool unicode);

// Two to four lines, rewritten in place: how far it is; what it learns; the step's figures; the last evaluation. Never
// wider than the canvas.
std::vector<cli::Line> train_lines(const TrainProgress& progress, const TrainMoment& moment, const cli::Canvas& canvas);

// One plain line, for pipes and logs; and one for an evaluation.
std::string train_line(const TrainProgress& progress, double now_s);
std::string evaluation_line(const TrainProgress& progress);

}  // namespace retort::train

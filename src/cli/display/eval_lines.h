// An evaluation under way, as lines. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/display/line.h"
#include "cli/display/lines.h"
#include "eval/signatures_facts.h"

namespace retort::cli {

struct EvalProgress {
    std::int64_t samples = 0;  // in all
    std::int64_t landed = 0;   // those of earlier processes included
    std::int64_t resumed = 0;  // of earlier processes
    std::int64_t in_flight = 0;
    std::int64_t judged = 0;
    std::int64_t right = 0;
    std::int64_t failed = 0;
    std::int64_t truncated = 0;
    std::int64_t calls = 0;
    std::int64_t failed_calls = 0;
    std::int64_t b_seq = 0;    // sum over the landed samples, tokens
    std::int64_t b_total = 0;  // likewise
};

void add(EvalProgress& progress, const SampleFacts& facts);

// What was asked for, in words for the first line: "arithmetic, 50 problems x 4 samples", "pdr:8,4 - ...".
struct EvalTitle {
    std::string suite;
    std::string settings;
};

// Three lines, rewritten in place. `elapsed_s` is of this process.
std::vector<Line> eval_lines(const EvalTitle& title, const EvalProgress& progress, double elapsed_s,
                             const Canvas& canvas);

// One plain line, for pipes and logs.
std::string eval_line(const EvalProgress& progress, double elapsed_s);

}  // namespace retort::cli

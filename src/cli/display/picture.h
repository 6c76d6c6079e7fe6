// What a run looks like at a moment: plain values that events change and that lines are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operator/engine.h"

namespace retort::cli {

enum class LaneState { waiting, running, thinking, retrying, done, cut, failed, cancelled };

// A call, as it goes. Times are seconds since the run began.
struct Lane {
    LaneState state = LaneState::waiting;
    std::int64_t tokens = 0;
    bool counted = true;     // false: the server does not say, pieces of the stream were counted
    std::int64_t limit = 0;  // tokens that it may write
    double started_s = 0;
    double ended_s = 0;
    std::string tail;  // the end of its text, one line without control characters
    std::optional<std::string> answer;
    std::optional<Verdict> verdict;

    bool under_way() const {
        return state == LaneState::running || state == LaneState::thinking || state == LaneState::retrying;
    }
};

struct RoundPicture {
    Round spec;
    std::vector<Lane> lanes;
    bool over = false;
    Lane distil;              // the distiller's calls, together
    std::string distil_role;  // "summary", "select", "analysis"; empty: none yet
    int workspaces = 0;
    std::int64_t workspace_tokens = 0;  // of the largest
    bool workspace_exact = true;
    std::int64_t b_seq = 0;  // at its end
    int solutions = 0;       // drafts that have one
};

struct FinalPicture {
    FinishStep spec;
    bool started = false;
    Lane lane;
    std::string text;         // the last part of what was written, as the model wrote it
    std::int64_t to_ask = 0;  // calls of the judge, those asked once more apart
    std::int64_t landed = 0;
    std::int64_t failed = 0;
};

struct Closing {
    std::optional<std::string> answer;
    std::optional<Verdict> verdict;
    std::optional<Error> error;
    BudgetTotals budget;
    double wall_s = 0;
    bool checked = false;  // the verdict comes from the problem itself, not from a reference
};

struct Picture {
    std::string problem;   // one line
    std::string settings;  // "pdr:8,4 · random 4 · smollm2 · seed 1"
    Schedule schedule;     // what was planned
    std::vector<RoundPicture> rounds;
    FinalPicture final;
    std::int64_t b_seq = 0;
    std::int64_t b_total = 0;
    std::vector<std::string> warnings;
    std::optional<Closing> closing;
    double now_s = 0;
};

}  // namespace retort::cli

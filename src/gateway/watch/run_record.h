// What is kept of a request that an operator answers, for the live page: values, bounded.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/place.h"
#include "budget/ledger.h"
#include "distill/workspace.h"

namespace retort::gateway {

enum class LaneState {
    waiting,  // for its first token: asked for or not, in a queue or not
    running,
    done,
    failed,
};
std::string_view name(LaneState state);

// A call as it goes: a draft, or the final one.
struct Lane {
    LaneState state = LaneState::waiting;
    std::string text;       // its beginning, where it is long
    std::string reasoning;  // likewise
    std::optional<std::string> answer;
    std::int64_t tokens = 0;  // generated
    double seconds = 0;
};

// What the calls of a stretch of a run are for.
enum class RunPhase { drafts, distil, judge, final };
std::string_view name(RunPhase phase);
RunPhase phase_of(CallRole role);
inline constexpr std::array kRunPhases{RunPhase::drafts, RunPhase::distil, RunPhase::judge, RunPhase::final};

// Such a stretch, of one round: from its first call's begin to its last one's end.
struct PhaseTime {
    RunPhase phase = RunPhase::drafts;
    double seconds = 0;   // 0: no call has ended yet
    bool is_cut = false;  // a call of it was cancelled
};

struct RoundRecord {
    std::vector<Lane> drafts;
    std::vector<Workspace> workspaces;
};

enum class RunStatus { running, done, failed, hung_up };
std::string_view name(RunStatus status);

inline constexpr std::size_t kMostText = 64 * 1024;  // bytes of one text: more is of no use on a page

struct RunRecord {
    std::uint64_t number = 0;  // in the order of beginning, from 1
    std::string id;
    std::string operator_name;
    std::string model;
    std::string key;            // the name of the client's; empty: there are no keys
    std::int64_t begun_ms = 0;  // since 1970
    std::string question;
    std::string phase;
    std::size_t rounds_planned = 0;
    std::vector<RoundRecord> rounds;
    std::optional<Lane> final;
    std::optional<std::string> answer;
    BudgetTotals budget;
    RunStatus status = RunStatus::running;
    std::string error;   // for those who may read content: servers' own words may hold what they were asked
    std::string fault;   // its kind, for anyone
    double seconds = 0;  // to its end

    // For metrics.
    std::vector<PhaseTime> phases;
    std::optional<double> first_text_s;  // from its begin on, to the first of the answer's text
    bool text_at_end = false;            // none of it is told of before all of it is there
    bool is_heard = false;               // a call has said something, or has ended

    std::size_t bytes() const;  // about what it takes in memory
};

// What is kept of a text: all of it, or the beginning of a long one. With room for no more.
std::string kept_text(std::string_view text);

// Likewise of a name, which nobody means to be longer than a line.
std::string kept_name(std::string_view name);

// The beginning of its question, as the history has it.
std::string_view shown_question(const RunRecord& run);

// A row of the history.
struct RunSummary {
    std::uint64_t seq = 0;                                              // in the order of ending, from 1
    std::string id, operator_name, model, key, question, error, fault;  // the last two as in RunRecord
    std::int64_t begun_ms = 0;
    double seconds = 0;
    RunStatus status = RunStatus::done;
    std::int64_t b_seq = 0, b_total = 0, calls = 0, failed_calls = 0;
};

}  // namespace retort::gateway

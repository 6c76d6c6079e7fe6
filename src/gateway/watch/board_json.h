// What the live page asks for, as JSON (web/live/src says how it reads them). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/upstream/fleet.h"
#include "gateway/watch/board.h"

namespace retort::gateway {

// Who asks, and what of it may be told.
struct Viewer {
    bool keys = false;     // the gateway has keys
    bool content = false;  // this one may read what was asked and answered
};

struct StateQuery {
    std::uint64_t since = 0;        // ended runs after this one
    std::int64_t points_since = 0;  // seconds after this one
    std::int64_t now_ms = 0;
    std::int64_t started_ms = 0;
};

// `fleet`: null where there is none.
std::string state_json(const Board& board, const Fleet* fleet, const StateQuery& query, const Viewer& viewer);

// Ended runs with the text in one of their words, newest first, from before `before` on; 0: from the newest.
std::string history_json(const Board& board, std::string_view text, std::uint64_t before, std::size_t limit,
                         const Viewer& viewer);

std::string run_json(const RunRecord& run, const Viewer& viewer);

}  // namespace retort::gateway

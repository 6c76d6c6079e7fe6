// The live page, and what it asks for: /retort/state, /retort/history, /retort/runs/ID.
#pragma once

#include "gateway/http/exchange.h"
#include "gateway/journal/request_journal.h"
#include "gateway/upstream/fleet.h"
#include "gateway/watch/board.h"
#include "gateway/watch/board_json.h"

namespace retort::gateway {

inline constexpr std::string_view kWatchRoot = "/retort/";

// Whether the request names this machine, or the host that is listened on. A page of another host that a browser was
// led to by a forged name of ours names that host.
bool names_this_host(const RequestHead& head, std::string_view listens_on);

// The page itself, for anyone: it holds nothing, and asks for what it shows.
Task<bool> answer_page(Exchange& exchange);

// What it tells of. Must outlive the answer.
struct Watched {
    const Board& board;
    const Fleet* fleet = nullptr;             // null: there is none
    const RequestJournal* journal = nullptr;  // likewise; has runs that the board no longer has
    std::int64_t started_ms = 0;
};

Task<bool> answer_watch(Exchange& exchange, Watched watched, Viewer viewer);

}  // namespace retort::gateway

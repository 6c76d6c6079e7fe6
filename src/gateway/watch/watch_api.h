// The live page, and what it asks for: /retort/state, /retort/history, /retort/runs/ID.
#pragma once

#include "gateway/http/exchange.h"
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

// `fleet`: null where there is none.
Task<bool> answer_watch(Exchange& exchange, const Board& board, const Fleet* fleet, std::int64_t started_ms,
                        Viewer viewer);

}  // namespace retort::gateway

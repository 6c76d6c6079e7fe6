#include "gateway/watch/watch_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "gateway/answers.h"
#include "gateway/clock.h"
#include "live_page.h"

namespace retort::gateway {
namespace {

constexpr std::string_view kRuns = "/retort/runs/";
constexpr std::size_t kUsualLimit = 200;

// What is no number counts as 0.
template <class T>
T number(const RequestHead& head, std::string_view name) {
    const std::string text = head.query(name);
    T out{};
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

}  // namespace

bool names_this_host(const RequestHead& head, std::string_view listens_on) {
    std::string_view host = head.header("Host");
    if (const std::size_t colon = host.rfind(':');
        colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos)
        host = host.substr(0, colon);
    constexpr std::array<std::string_view, 3> kOurs{"localhost", "127.0.0.1", "[::1]"};
    return std::find(kOurs.begin(), kOurs.end(), host) != kOurs.end() || host == listens_on;
}

Task<bool> answer_page(Exchange& exchange) {
    ReplyHead head{200,
                   {{"Content-Type", "text/html; charset=utf-8"},
                    {"Cache-Control", "no-cache"},
                    {"Content-Security-Policy", "frame-ancestors 'none'"},  // its other rules stand in the page
                    {"Cross-Origin-Opener-Policy", "same-origin"},
                    {"X-Content-Type-Options", "nosniff"},
                    {"Referrer-Policy", "no-referrer"}}};
    const bool written = co_await exchange.send(std::move(head), std::string(live_page()));
    co_return written;
}

Task<bool> answer_watch(Exchange& exchange, Watched watched, Viewer viewer) {
    const Board& board = watched.board;
    const RequestHead& head = exchange.head();
    const std::string_view path = head.path();
    std::string body;
    if (path == "/retort/state") {
        StateQuery query{number<std::uint64_t>(head, "since"), number<std::int64_t>(head, "points_since"), now_ms(),
                         watched.started_ms};
        body = state_json(board, watched.fleet, query, viewer);
    } else if (path == "/retort/history") {
        const auto limit = number<std::size_t>(head, "limit");
        body = history_json(board, head.query("query"), number<std::uint64_t>(head, "before"),
                            limit == 0 ? kUsualLimit : limit, viewer);
    } else if (path.starts_with(kRuns)) {
        const std::string id = unescaped(path.substr(kRuns.size()));
        if (const auto run = board.find(id)) {
            body = run_json(*run, viewer);
        } else if (watched.journal != nullptr && viewer.content) {
            const std::optional<std::string> kept = co_await watched.journal->run_text(id);
            body = kept.value_or("");
        }
    }
    if (body.empty()) {
        const bool told =
            co_await answer_error(exchange, not_found(fmt::format("there is no {}, or it is no longer kept", path)));
        co_return told;
    }
    ReplyHead reply{200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}};
    const bool written = co_await exchange.send(std::move(reply), std::move(body));
    co_return written;
}

}  // namespace retort::gateway

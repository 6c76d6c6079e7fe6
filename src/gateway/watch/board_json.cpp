#include "gateway/watch/board_json.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "gateway/api/reply_json.h"

namespace retort::gateway {
namespace {

constexpr std::size_t kMostAtOnce = 500;

ordered_json lane_brief(const Lane& lane) {
    return {{"state", name(lane.state)}, {"tokens", lane.tokens}};
}

// The lanes that are at work: of the last round, and the final call.
ordered_json lanes_of(const RunRecord& run) {
    ordered_json out = ordered_json::array();
    if (run.final) {
        out.push_back(lane_brief(*run.final));
    } else if (!run.rounds.empty()) {
        for (const Lane& lane : run.rounds.back().drafts) out.push_back(lane_brief(lane));
    }
    return out;
}

ordered_json in_flight_json(const RunRecord& run) {
    return {{"id", run.id},
            {"operator", run.operator_name},
            {"model", run.model},
            {"key", run.key},
            {"begun_ms", run.begun_ms},
            {"phase", run.phase},
            {"lanes", lanes_of(run)},
            {"b_seq", run.budget.b_seq},
            {"b_total", run.budget.b_total},
            {"calls", run.budget.calls}};
}

ordered_json summary_json(const RunSummary& run, const Viewer& viewer) {
    return {{"seq", run.seq},
            {"id", run.id},
            {"operator", run.operator_name},
            {"model", run.model},
            {"key", run.key},
            {"begun_ms", run.begun_ms},
            {"seconds", run.seconds},
            {"status", name(run.status)},
            {"b_seq", run.b_seq},
            {"b_total", run.b_total},
            {"calls", run.calls},
            {"failed_calls", run.failed_calls},
            {"error", viewer.content ? run.error : run.fault}};
}

std::string_view upstream_state(const Upstream& upstream) {
    if (!upstream.is_alive()) return "down";
    switch (upstream.breaker(std::chrono::steady_clock::now())) {
        case BreakerState::closed:
            return "up";
        case BreakerState::open:
            return "down";
        default:
            return "probing";
    }
}

ordered_json upstreams_json(const Fleet& fleet) {
    ordered_json out = ordered_json::array();
    for (const auto& one : fleet.upstreams()) {
        const std::string_view state = upstream_state(*one);
        out.push_back({{"name", one->name()},
                       {"state", state},
                       {"in_flight", one->under_way()},
                       {"failures", one->failures()},
                       {"trouble", state == "up" ? "" : one->trouble()},
                       {"weight", one->options().weight}});
    }
    return out;
}

double rounded(float ms) {
    return std::round(10.0 * ms) / 10;
}

ordered_json points_json(const Board& board, std::int64_t since) {
    ordered_json out = ordered_json::array();
    for (const SecondPoint& one : board.seconds())
        if (one.second > since)
            out.push_back({one.second, one.requests, one.runs, one.failed, one.tokens, one.in_flight,
                           rounded(one.percentile(0.5)), rounded(one.percentile(0.99))});
    return out;
}

bool holds(std::string_view text, std::string_view wanted) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same) != text.end();
}

bool matches(const RunSummary& run, std::string_view wanted, const Viewer& viewer) {
    if (wanted.empty()) return true;
    for (const std::string_view text : {std::string_view(run.id), std::string_view(run.operator_name),
                                        std::string_view(run.model), std::string_view(run.key), name(run.status)})
        if (holds(text, wanted)) return true;
    return viewer.content && holds(run.question, wanted);
}

ordered_json lane_json(const Lane& lane, bool content) {
    return {{"state", name(lane.state)},
            {"text", content ? lane.text : ""},
            {"reasoning", content ? lane.reasoning : ""},
            {"tokens", lane.tokens},
            {"seconds", lane.seconds}};
}

ordered_json or_null(const std::optional<std::string>& text, bool content) {
    return text && content ? ordered_json(*text) : ordered_json(nullptr);
}

ordered_json round_json(const RoundRecord& round, std::size_t number, bool content) {
    ordered_json drafts = ordered_json::array();
    for (std::size_t i = 0; i < round.drafts.size(); ++i) {
        ordered_json draft{{"index", i}};
        draft.update(lane_json(round.drafts[i], content));
        draft["answer"] = or_null(round.drafts[i].answer, content);
        drafts.push_back(std::move(draft));
    }
    ordered_json workspaces = ordered_json::array();
    for (const Workspace& one : round.workspaces)
        workspaces.push_back({{"text", content ? one.text : ""},
                              {"tokens", one.tokens},
                              {"truncated", one.truncated},
                              {"sources", one.sources}});
    return {{"round", number}, {"drafts", std::move(drafts)}, {"workspaces", std::move(workspaces)}};
}

}  // namespace

std::string state_json(const Board& board, const Fleet* fleet, const StateQuery& query, const Viewer& viewer) {
    ordered_json in_flight = ordered_json::array();
    for (const auto& [number, run] : board.in_flight()) {
        if (in_flight.size() >= kMostAtOnce) break;
        in_flight.push_back(in_flight_json(*run));
    }
    ordered_json finished = ordered_json::array();
    for (auto run = board.ended().rbegin(); run != board.ended().rend() && finished.size() < kMostAtOnce; ++run) {
        if (run->seq <= query.since) break;
        finished.push_back(summary_json(*run, viewer));
    }
    return dumped({{"version", 1},
                   {"now_ms", query.now_ms},
                   {"started_ms", query.started_ms},
                   {"keys", viewer.keys},
                   {"content", viewer.content},
                   {"in_flight", std::move(in_flight)},
                   {"in_flight_count", board.in_flight().size()},
                   {"finished", std::move(finished)},
                   {"upstreams", fleet == nullptr ? ordered_json::array() : upstreams_json(*fleet)},
                   {"points", points_json(board, query.points_since)}});
}

std::string history_json(const Board& board, std::string_view text, std::uint64_t before, std::size_t limit,
                         const Viewer& viewer) {
    limit = std::clamp<std::size_t>(limit, 1, kMostAtOnce);
    ordered_json finished = ordered_json::array();
    bool more = false;
    for (auto run = board.ended().rbegin(); run != board.ended().rend(); ++run) {
        if ((before > 0 && run->seq >= before) || !matches(*run, text, viewer)) continue;
        if (finished.size() == limit) {
            more = true;
            break;
        }
        finished.push_back(summary_json(*run, viewer));
    }
    return dumped({{"finished", std::move(finished)}, {"more", more}});
}

std::string run_json(const RunRecord& run, const Viewer& viewer) {
    ordered_json rounds = ordered_json::array();
    for (std::size_t i = 0; i < run.rounds.size(); ++i)
        rounds.push_back(round_json(run.rounds[i], i + 1, viewer.content));
    return dumped({{"id", run.id},
                   {"operator", run.operator_name},
                   {"model", run.model},
                   {"key", run.key},
                   {"begun_ms", run.begun_ms},
                   {"seconds", run.seconds},
                   {"finished", run.status != RunStatus::running},
                   {"status", name(run.status)},
                   {"phase", run.phase},
                   {"error", viewer.content ? run.error : run.fault},
                   {"question", viewer.content ? run.question : ""},
                   {"rounds", std::move(rounds)},
                   {"final", run.final ? lane_json(*run.final, viewer.content) : ordered_json(nullptr)},
                   {"answer", or_null(run.answer, viewer.content)},
                   {"budget",
                    {{"b_seq", run.budget.b_seq},
                     {"b_total", run.budget.b_total},
                     {"calls", run.budget.calls},
                     {"failed_calls", run.budget.failed_calls}}},
                   {"content", viewer.content}});
}

}  // namespace retort::gateway

#include "cli/display/lane_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/display/text.h"

namespace retort::cli {
namespace {

Line bar(const Lane& lane, int width, bool unicode) {
    const double part = lane.limit > 0 ? static_cast<double>(lane.tokens) / static_cast<double>(lane.limit) : 0;
    const int full = std::clamp(static_cast<int>(part * width + 0.5), lane.tokens > 0 ? 1 : 0, width);
    const auto repeated = [](std::string_view piece, int times) {
        std::string text;
        for (int i = 0; i < times; ++i) text += piece;
        return text;
    };
    return {{repeated(unicode ? "━" : "#", full), lane.under_way() ? Tone::accent : Tone::normal},
            {repeated(unicode ? "─" : "-", width - full), Tone::dim}};
}

Span words_of(const Lane& lane, int room) {
    if (!lane.under_way() && lane.answer) return {keep_head("answer " + one_line(*lane.answer), room)};
    return {keep_tail(one_line(lane.tail), room), lane.state == LaneState::thinking ? Tone::dim : Tone::normal};
}

}  // namespace

Span state_of(const Lane& lane) {
    switch (lane.state) {
        case LaneState::waiting:
            return {"waiting", Tone::dim};
        case LaneState::running:
            return {lane.tokens == 0 ? "waits" : "", Tone::dim};
        case LaneState::thinking:
            return {"thinks", Tone::dim};
        case LaneState::retrying:
            return {"asks again", Tone::bad};
        case LaneState::cut:
            return {"cut off", Tone::bad};
        case LaneState::failed:
            return {"failed", Tone::bad};
        case LaneState::cancelled:
            return {"cancelled", Tone::dim};
        case LaneState::done:
            break;
    }
    if (lane.verdict == Verdict::equal) return {"right", Tone::good};
    if (lane.verdict == Verdict::different) return {"wrong", Tone::bad};
    return {"done", Tone::dim};
}

std::string speed(const Lane& lane, double now_s) {
    const double took = (lane.under_way() ? now_s : lane.ended_s) - lane.started_s;
    if (lane.tokens <= 0 || took < 0.05) return "";
    const double rate = static_cast<double>(lane.tokens) / took;
    return rate < 9.95 ? fmt::format("{:.1f} tok/s", rate) : fmt::format("{:.0f} tok/s", rate);
}

std::string tokens(const Lane& lane) {
    return (lane.counted ? "" : "~") + grouped(lane.tokens) + " tok";
}

Line lane_line(std::string_view name, const Lane& lane, double now_s, const Canvas& canvas) {
    const bool narrow = canvas.width < 60;
    Line out{{pad_left(name, narrow ? 3 : 4) + "  ", Tone::dim}};
    for (Span& span : bar(lane, narrow ? 6 : 14, canvas.unicode)) out.push_back(std::move(span));
    out.push_back({pad_left(tokens(lane), narrow ? 10 : 12)});
    if (canvas.width >= 76) out.push_back({pad_left(speed(lane, now_s), 12), Tone::dim});
    const Span state = state_of(lane);
    const int room = canvas.width - columns(out) - 2 - (state.text.empty() ? 0 : columns(state.text) + 2);
    if (room >= 8) {
        out.push_back({"  "});
        out.push_back(words_of(lane, room));
    }
    return spread(std::move(out), {state}, canvas.width);
}

}  // namespace retort::cli

#include "cli/display/picture_observer.h"

#include <algorithm>

#include "base/text.h"

namespace retort::cli {
namespace {

constexpr std::size_t kTailBytes = 400;
constexpr std::size_t kFinalBytes = 4000;

void append_bounded(std::string& text, std::string_view more, std::size_t most) {
    text += more;
    if (text.size() <= 2 * most) return;
    const std::size_t cut = text.size() - most;
    const std::string_view kept = std::string_view(text).substr(cut);
    std::size_t skip = 0;
    while (skip < kept.size() && (static_cast<unsigned char>(kept[skip]) & 0xC0) == 0x80) ++skip;
    text = std::string(kept.substr(skip));
}

void begin(Lane& lane, double now_s) {
    lane.state = LaneState::running;
    lane.tokens = 0;
    lane.started_s = now_s;
    lane.tail.clear();
}

LaneState ending(const Completion& completion) {
    switch (completion.finish) {
        case Finish::stop:
            return LaneState::done;
        case Finish::length:
            return LaneState::cut;
        case Finish::cancelled:
            return LaneState::cancelled;
        case Finish::error:
            return LaneState::failed;
    }
    return LaneState::failed;
}

void add_delta(Lane& lane, const Delta& delta) {
    if (delta.tokens_out < 0) {
        lane.state = LaneState::retrying;
        lane.tokens = 0;
        lane.tail.clear();
        return;
    }
    lane.state = delta.reasoning ? LaneState::thinking : LaneState::running;
    lane.counted = delta.tokens_out > 0;
    lane.tokens = lane.counted ? delta.tokens_out : lane.tokens + 1;
    append_bounded(lane.tail, delta.text, kTailBytes);
}

void land(Lane& lane, const Completion& completion, double now_s) {
    lane.state = ending(completion);
    lane.tokens = completion.usage.out;
    lane.counted = !completion.usage.estimated;
    lane.ended_s = now_s;
    if (completion.error) lane.tail = completion.error->message;
    if (lane.tail.empty()) lane.tail = utf8_prefix(completion.text, kTailBytes);
}

}  // namespace

const Picture& PictureObserver::now() {
    picture_.now_s = clock_();
    return picture_;
}

void PictureObserver::close(Closing closing) {
    picture_.b_seq = closing.budget.b_seq;
    picture_.b_total = closing.budget.b_total;
    for (RoundPicture& round : picture_.rounds) round.over = true;
    picture_.closing = std::move(closing);
    changed_ = true;
}

RoundPicture* PictureObserver::round_at(int number) {
    const auto index = static_cast<std::size_t>(number - 1);
    return number >= 1 && index < picture_.rounds.size() ? &picture_.rounds[index] : nullptr;
}

Lane* PictureObserver::lane_of(const Place& place) {
    if (place.role == CallRole::final) return &picture_.final.lane;
    if (place.role == CallRole::judge) return nullptr;  // many at once, and they say little: they are only counted
    RoundPicture* round = round_at(place.round);
    if (round == nullptr) return nullptr;
    if (place.role != CallRole::draft) return &round->distil;
    const auto index = static_cast<std::size_t>(place.draft);
    return place.draft >= 0 && index < round->lanes.size() ? &round->lanes[index] : nullptr;
}

void PictureObserver::round_started(int round, const Round& spec) {
    for (RoundPicture& before : picture_.rounds) before.over = true;
    picture_.rounds.resize(static_cast<std::size_t>(std::max(round, 1)));
    RoundPicture& fresh = picture_.rounds.back();
    fresh.spec = spec;
    fresh.lanes.assign(static_cast<std::size_t>(spec.width), Lane{});
    for (Lane& lane : fresh.lanes) lane.limit = spec.think + spec.max_answer;
    changed_ = true;
}

void PictureObserver::call_started(const Place& place) {
    Lane* lane = lane_of(place);
    if (lane == nullptr) return;
    const bool distils =
        place.role == CallRole::summary || place.role == CallRole::select || place.role == CallRole::analysis;
    if (distils) {
        RoundPicture& round = *round_at(place.round);
        round.over = true;
        round.distil_role = name(place.role);
        lane->limit = round.spec.distil.think + round.spec.distil.max_answer;
    }
    if (place.role == CallRole::final) picture_.final.text.clear();
    if (!distils || distilling_++ == 0) begin(*lane, clock_());
    changed_ = true;
}

void PictureObserver::call_delta(const Place& place, const Delta& delta) {
    Lane* lane = lane_of(place);
    if (lane == nullptr) return;
    add_delta(*lane, delta);
    if (place.role == CallRole::final) {
        if (delta.tokens_out < 0) picture_.final.text.clear();
        append_bounded(picture_.final.text, delta.text, kFinalBytes);
    }
    changed_ = true;
}

void PictureObserver::call_landed(const Place& place, const Completion& completion) {
    if (place.role == CallRole::judge) {
        ++picture_.final.landed;
        picture_.final.failed += completion.ok() ? 0 : 1;
        changed_ = true;
    }
    Lane* lane = lane_of(place);
    if (lane == nullptr) return;
    const bool distils =
        place.role == CallRole::summary || place.role == CallRole::select || place.role == CallRole::analysis;
    if (!distils || --distilling_ == 0) land(*lane, completion, clock_());
    changed_ = true;
}

void PictureObserver::draft_landed(int round, std::size_t index, const Draft& draft) {
    RoundPicture* state = round_at(round);
    if (state == nullptr || index >= state->lanes.size()) return;
    Lane& lane = state->lanes[index];
    land(lane, draft.completion, clock_());
    if (lane.state == LaneState::cut && draft.has_solution) lane.state = LaneState::done;
    state->solutions += draft.has_solution ? 1 : 0;
    lane.answer = draft.answer;
    lane.verdict = draft.verdict;
    changed_ = true;
}

void PictureObserver::workspace_made(int round, const Workspace& workspace) {
    RoundPicture* state = round_at(round);
    if (state == nullptr) return;
    state->over = true;
    ++state->workspaces;
    state->workspace_tokens = std::max(state->workspace_tokens, workspace.tokens);
    state->workspace_exact = state->workspace_exact && workspace.exact;
    changed_ = true;
}

void PictureObserver::finish_started(const FinishStep& finish) {
    for (RoundPicture& round : picture_.rounds) round.over = true;
    picture_.final.spec = finish;
    picture_.final.started = true;
    picture_.final.lane.limit = finish.think + finish.max_answer;
    if (is_judged(finish.kind) && !picture_.rounds.empty())
        for (const std::int64_t calls : finish_calls(finish, picture_.rounds.back().solutions))
            picture_.final.to_ask += calls;
    changed_ = true;
}

void PictureObserver::warned(const std::string& warning) {
    picture_.warnings.push_back(warning);
    changed_ = true;
}

void PictureObserver::spent(const BudgetTotals& totals) {
    picture_.b_seq = std::max(picture_.b_seq, totals.b_seq);
    picture_.b_total = totals.b_total;
    if (!picture_.rounds.empty() && !picture_.final.started) picture_.rounds.back().b_seq = picture_.b_seq;
    changed_ = true;
}

}  // namespace retort::cli

#include "gateway/watch/run_recorder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace retort::gateway {
namespace {

void append(std::string& text, std::string_view more) {
    if (text.size() < kMostText) text += utf8_prefix(more, kMostText - text.size());
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

void RunRecorder::round_started(int round, const Round& spec) {
    if (round < 1) return;
    if (record_->rounds.size() < static_cast<std::size_t>(round))
        record_->rounds.resize(static_cast<std::size_t>(round));
    record_->rounds[static_cast<std::size_t>(round) - 1].drafts.resize(static_cast<std::size_t>(spec.width));
    record_->phase = fmt::format("round {} of {}", round, std::max(record_->rounds_planned, record_->rounds.size()));
}

Lane* RunRecorder::lane_at(const Place& place) {
    if (place.role == CallRole::final) return &(record_->final ? *record_->final : record_->final.emplace());
    if (place.role != CallRole::draft || place.round < 1 || place.draft < 0) return nullptr;
    if (record_->rounds.size() < static_cast<std::size_t>(place.round)) return nullptr;
    auto& drafts = record_->rounds[static_cast<std::size_t>(place.round) - 1].drafts;
    const auto index = static_cast<std::size_t>(place.draft);
    return index < drafts.size() ? &drafts[index] : nullptr;
}

// Steps come one after the other: a call for something else, or of another round, begins the next phase.
void RunRecorder::call_started(const Place& place) {
    std::vector<PhaseTime>& phases = record_->phases;
    const RunPhase phase = phase_of(place.role);
    if (phases.empty() || phases.back().phase != phase || phase_round_ != place.round) {
        phases.push_back({phase});
        phase_begun_ = std::chrono::steady_clock::now();
        phase_round_ = place.round;
    }
}

void RunRecorder::end_call_of_phase(bool cancelled) {
    if (record_->phases.empty()) return;
    PhaseTime& phase = record_->phases.back();
    if (cancelled) phase.is_cut = true;
    phase.seconds = seconds_since(phase_begun_);
}

void RunRecorder::note_text(const Place& place, std::string_view text) {
    if (place.role != CallRole::final || text.empty() || record_->text_at_end || record_->first_text_s) return;
    record_->first_text_s = seconds_since(begun_);
}

void RunRecorder::call_delta(const Place& place, const Delta& delta) {
    if (delta.tokens_out >= 0) record_->is_heard = true;
    if (!delta.reasoning) note_text(place, delta.text);
    Lane* lane = lane_at(place);
    if (lane == nullptr) return;
    if (delta.tokens_out < 0) {  // begun anew
        *lane = Lane();
        return;
    }
    lane->state = LaneState::running;
    append(delta.reasoning ? lane->reasoning : lane->text, delta.text);
    lane->tokens = std::max(lane->tokens, delta.tokens_out);
}

void RunRecorder::call_landed(const Place& place, const Completion& completion) {
    record_->is_heard = true;
    note_text(place, completion.text);
    end_call_of_phase(completion.finish == Finish::cancelled);
    Lane* lane = lane_at(place);
    if (lane == nullptr) return;
    lane->state = completion.ok() ? LaneState::done : LaneState::failed;
    lane->text = kept_text(completion.ok() || !completion.error ? completion.text : completion.error->message);
    lane->reasoning = kept_text(completion.reasoning);
    lane->tokens = completion.usage.out;
    lane->seconds = completion.wall_s;
}

void RunRecorder::draft_landed(int round, std::size_t index, const Draft& draft) {
    const auto at = static_cast<std::size_t>(round) - 1;
    if (round < 1 || at >= record_->rounds.size() || index >= record_->rounds[at].drafts.size()) return;
    Lane& lane = record_->rounds[at].drafts[index];
    lane.answer = draft.answer ? std::optional(kept_text(*draft.answer)) : std::nullopt;
    if (lane.state == LaneState::running) lane.state = draft.completion.ok() ? LaneState::done : LaneState::failed;
}

void RunRecorder::workspace_made(int round, const Workspace& workspace) {
    const auto at = static_cast<std::size_t>(round) - 1;
    if (round < 1 || at >= record_->rounds.size()) return;
    Workspace& kept = record_->rounds[at].workspaces.emplace_back(workspace);
    kept.text = kept_text(workspace.text);
}

void RunRecorder::finish_started(const FinishStep& finish) {
    record_->phase = finish.kind == FinishKind::call ? "writing the answer" : "choosing the answer";
}

}  // namespace retort::gateway

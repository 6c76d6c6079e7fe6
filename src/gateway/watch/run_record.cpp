#include "gateway/watch/run_record.h"

#include "base/text.h"

namespace retort::gateway {
namespace {

constexpr std::size_t kMostQuestion = 500;  // bytes
constexpr std::size_t kMostName = 200;      // likewise

}  // namespace

std::string_view name(LaneState state) {
    switch (state) {
        case LaneState::waiting:
            return "waiting";
        case LaneState::running:
            return "running";
        case LaneState::done:
            return "done";
        case LaneState::failed:
            return "failed";
    }
    return "waiting";
}

std::string_view name(RunStatus status) {
    switch (status) {
        case RunStatus::running:
            return "running";
        case RunStatus::done:
            return "done";
        case RunStatus::failed:
            return "failed";
        case RunStatus::hung_up:
            return "hung_up";
    }
    return "done";
}

std::string_view name(RunPhase phase) {
    switch (phase) {
        case RunPhase::drafts:
            return "drafts";
        case RunPhase::distil:
            return "distil";
        case RunPhase::judge:
            return "judge";
        case RunPhase::final:
            return "final";
    }
    return "drafts";
}

RunPhase phase_of(CallRole role) {
    switch (role) {
        case CallRole::draft:
            return RunPhase::drafts;
        case CallRole::summary:
        case CallRole::select:
        case CallRole::analysis:
            return RunPhase::distil;
        case CallRole::judge:
            return RunPhase::judge;
        case CallRole::final:
            return RunPhase::final;
    }
    return RunPhase::drafts;
}

std::string kept_text(std::string_view text) {
    return std::string(utf8_prefix(text, kMostText));
}

std::string kept_name(std::string_view name) {
    return std::string(utf8_prefix(name, kMostName));
}

std::string_view shown_question(const RunRecord& run) {
    return utf8_prefix(run.question, kMostQuestion);
}

std::size_t RunRecord::bytes() const {
    const auto of_answer = [](const std::optional<std::string>& text) { return text ? text->capacity() : 0; };
    const auto of_lane = [&](const Lane& lane) {
        return sizeof(Lane) + lane.text.capacity() + lane.reasoning.capacity() + of_answer(lane.answer);
    };
    std::size_t out = sizeof(RunRecord) + phases.capacity() * sizeof(PhaseTime) + question.capacity() +
                      error.capacity() + of_answer(answer);
    for (const RoundRecord& round : rounds) {
        for (const Lane& lane : round.drafts) out += of_lane(lane);
        for (const Workspace& workspace : round.workspaces) out += sizeof(Workspace) + workspace.text.capacity();
    }
    return out + (final ? of_lane(*final) : 0);
}

}  // namespace retort::gateway

#include "gateway/run_entry.h"

#include "base/text.h"
#include "gateway/clock.h"

namespace retort::gateway {
namespace {

RunRecord record_of(const ChatTask& task, const std::string& model, const std::string& key) {
    RunRecord out;
    out.id = task.identity.id;
    out.operator_name = task.schedule.name;
    out.model = kept_name(model);
    out.key = key;
    out.begun_ms = now_ms();
    out.question = kept_text(task.body.asked);
    out.rounds_planned = task.schedule.rounds.size();
    out.text_at_end = !task.body.stream || !trim(task.model.prompts->marker).empty();
    return out;
}

// What went wrong, without anybody's words.
std::string_view fault_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::usage:
            return "the request";
        case ErrorKind::model:
            return "a model or its server";
        case ErrorKind::budget:
            return "the budget";
        case ErrorKind::interrupted:
            return "stopped";
        case ErrorKind::file:
            break;
    }
    return "the gateway";
}

}  // namespace

RunEntry::RunEntry(Board& board, const ChatTask& task, const std::string& model, const std::string& key)
    : board_(board), record_(board.begin(record_of(task, model, key))) {}

RunEntry::~RunEntry() {
    if (record_->status == RunStatus::running) record_->status = RunStatus::failed;
    board_.end(record_);
}

void RunEntry::finish(const ChatOutcome& outcome) {
    record_->budget = outcome.budget;
    record_->answer = outcome.answer ? std::optional(kept_text(*outcome.answer)) : std::nullopt;
    if (outcome.error && !outcome.hung_up) {
        record_->error = outcome.error->message;
        record_->fault = fault_of(outcome.error->kind);
    }
    record_->status = outcome.hung_up ? RunStatus::hung_up : outcome.error ? RunStatus::failed : RunStatus::done;
    record_->phase.clear();
    record_->seconds = static_cast<double>(now_ms() - record_->begun_ms) / 1000;
    if (record_->status == RunStatus::done && record_->answer && !record_->first_text_s)
        record_->first_text_s = record_->seconds;
}

}  // namespace retort::gateway

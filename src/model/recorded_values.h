// Between what models say and what the journal holds; shared by the recording and the replaying model.
#pragma once

#include "model/language_model.h"
#include "record/recorded.h"

namespace retort {

ModelInfo model_info(const RecordedModel& recorded);
RecordedModel recorded_model(const ModelInfo& info);

// The completion that a call has when the journal cannot be used.
Completion journal_failure(const Error& error);

// A completion that was not generated now: its reasoning and its text, each in one piece.
void give_deltas(const Completion& completion, const OnDelta& on_delta);

}  // namespace retort

#include "model/recorded_values.h"

namespace retort {

ModelInfo model_info(const RecordedModel& recorded) {
    return {recorded.name, recorded.context, recorded.marks_reasoning, recorded.where};
}

RecordedModel recorded_model(const ModelInfo& info) {
    return {info.name, info.context, info.marks_reasoning, info.where};
}

Completion journal_failure(const Error& error) {
    CallError out;
    out.kind = CallErrorKind::journal;
    out.message = error.message;
    return failed_completion(std::move(out));
}

void give_deltas(const Completion& completion, const OnDelta& on_delta) {
    if (!on_delta || !completion.ok()) return;
    if (!completion.reasoning.empty()) on_delta({completion.reasoning, true, completion.usage.reasoning});
    on_delta({completion.text, false, completion.usage.out});
}

}  // namespace retort

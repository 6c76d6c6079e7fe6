#include "model/sharing_model.h"

#include <utility>

#include "model/recorded_values.h"

namespace retort {

Task<Completion> SharingModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) {
    Outcome<std::optional<RecordedCall>> same = co_await journal_.same_call(run_, request);
    if (!same) co_return journal_failure(same.error());
    if (!*same) {
        Completion drawn = co_await inner_.complete(std::move(request), std::move(on_delta), stop);
        co_return drawn;
    }
    ++shared_calls_;
    RecordedEvent event;
    event.run = run_;
    event.problem = request.place.problem;
    event.sample = request.place.sample;
    event.kind = "shared";
    event.body_json = "{\"path\":\"" + request.place.path() + "\",\"call\":" + std::to_string((*same)->key) + "}";
    journal_.event(std::move(event));
    (*same)->completion.failed.clear();  // they happened once, in the other run
    give_deltas((*same)->completion, on_delta);
    co_return std::move((*same)->completion);
}

}  // namespace retort

#include "model/limiting_model.h"

#include <algorithm>

namespace retort {

LimitingModel::LimitingModel(std::shared_ptr<LanguageModel> inner, std::size_t in_flight)
    : LimitingModel(std::move(inner), std::make_shared<Semaphore>(std::max<std::size_t>(in_flight, 1))) {}

LimitingModel::LimitingModel(std::shared_ptr<LanguageModel> inner, std::shared_ptr<Semaphore> places)
    : inner_(std::move(inner)), places_(std::move(places)) {}

Task<Completion> LimitingModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) {
    const Semaphore::Permit place = co_await places_->acquire(stop);
    if (!place) {
        Completion cancelled;
        cancelled.finish = Finish::cancelled;
        cancelled.requests = 0;
        co_return cancelled;
    }
    Completion completion = co_await inner_->complete(std::move(request), std::move(on_delta), std::move(stop));
    co_return completion;
}

}  // namespace retort

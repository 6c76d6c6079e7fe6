#include "model/recording_model.h"

#include <utility>

#include "model/recorded_values.h"

namespace retort {

RecordingModel::RecordingModel(LanguageModel& inner, Journal& journal, RunKey run, std::string name)
    : inner_(inner),
      journal_(journal),
      run_(run),
      name_(std::move(name)),
      info_(model_info(journal.model(run, name_, recorded_model(inner.info())))) {}

Task<Completion> RecordingModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) {
    Usage before;
    if (journal_.continues(run_)) {
        Outcome<Journal::Remembered> recalled = co_await journal_.recall(run_, request);
        if (!recalled) co_return journal_failure(recalled.error());
        if (recalled->call) {
            ++resumed_calls_;
            give_deltas(recalled->call->completion, on_delta);
            co_return std::move(recalled->call->completion);
        }
        before = recalled->before;
    }
    const Outcome<CallKey> call = co_await journal_.started(run_, request);
    if (!call) co_return journal_failure(call.error());
    Completion answer = co_await inner_.complete(std::move(request), std::move(on_delta), stop);
    answer.before = before;  // not written: it stands in the journal where it was spent
    const auto completion = std::make_shared<Completion>(std::move(answer));
    const Outcome<void> written = co_await journal_.finished(*call, completion);
    if (written) co_return std::move(*completion);

    // What was metered stays counted.
    Completion failed = journal_failure(written.error());
    failed.usage = completion->usage;
    failed.failed = completion->failed;
    failed.before = completion->before;
    failed.wall_s = completion->wall_s;
    co_return failed;
}

Task<TokenCount> RecordingModel::count_tokens(std::string text) {
    const Outcome<std::optional<RecordedCount>> known = co_await journal_.recorded_count(run_, name_, text);
    if (known && known->has_value()) co_return TokenCount{(*known)->tokens, (*known)->exact};
    const TokenCount counted = co_await inner_.count_tokens(text);
    journal_.count(run_, name_, std::move(text), {counted.tokens, counted.exact});
    co_return counted;
}

Task<TokenCount> RecordingModel::count_prompt(Prompt prompt) {
    const Outcome<std::optional<RecordedCount>> known = co_await journal_.recorded_count(run_, name_, prompt);
    if (known && known->has_value()) co_return TokenCount{(*known)->tokens, (*known)->exact};
    const TokenCount counted = co_await inner_.count_prompt(prompt);
    journal_.count(run_, name_, std::move(prompt), {counted.tokens, counted.exact});
    co_return counted;
}

}  // namespace retort

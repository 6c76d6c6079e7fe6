#include "model/replaying_model.h"

#include <fmt/format.h>

#include <utility>

#include "model/recorded_values.h"

namespace retort {
namespace {

// A prompt's estimate errs upwards: a byte a token.
TokenCount estimate_prompt(const Prompt& prompt) {
    if (const auto* tokens = std::get_if<TokenSequence>(&prompt))
        return {*tokens ? static_cast<std::int64_t>((*tokens)->size()) : 0, true};
    std::int64_t bytes = 0;
    if (const auto& messages = std::get<Messages>(prompt))
        for (const Message& message : *messages) bytes += static_cast<std::int64_t>(message.content.size());
    return {bytes, false};
}

}  // namespace

Outcome<std::unique_ptr<ReplayingModel>> ReplayingModel::make(JournalReader& journal, RunKey run, std::string name) {
    const Outcome<std::map<std::string, RecordedModel>> models = journal.models(run);
    if (!models) return models.error();
    const auto at = models->find(name);
    if (at == models->end()) {
        std::string known;
        for (const auto& [other, model] : *models) known += (known.empty() ? "" : ", ") + other;
        return Error{ErrorKind::usage, fmt::format("the journal's run did not use a model '{}'; it used: {}", name,
                                                   known.empty() ? "none" : known)};
    }
    ModelInfo info = model_info(at->second);
    return std::unique_ptr<ReplayingModel>(new ReplayingModel(journal, run, std::move(name), std::move(info)));
}

ReplayingModel::ReplayingModel(JournalReader& journal, RunKey run, std::string name, ModelInfo info)
    : journal_(journal), run_(run), name_(std::move(name)), info_(std::move(info)) {}

Task<Completion> ReplayingModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token) {
    Outcome<RecordedCall> recalled = co_await journal_.recall(run_, std::move(request));
    if (!recalled) co_return journal_failure(recalled.error());
    ++replayed_calls_;
    give_deltas(recalled->completion, on_delta);
    co_return std::move(recalled->completion);
}

Task<TokenCount> ReplayingModel::count_tokens(std::string text) {
    const TokenCount otherwise = estimate_tokens(text);
    co_return recorded(std::move(text), otherwise);
}

Task<TokenCount> ReplayingModel::count_prompt(Prompt prompt) {
    const TokenCount otherwise = estimate_prompt(prompt);
    co_return recorded(std::move(prompt), otherwise);
}

TokenCount ReplayingModel::recorded(const Counted& what, TokenCount otherwise) {
    const Outcome<std::optional<RecordedCount>> known = journal_.count(run_, name_, what);
    if (known && known->has_value()) return {(*known)->tokens, (*known)->exact};
    ++missing_counts_;
    return otherwise;
}

}  // namespace retort

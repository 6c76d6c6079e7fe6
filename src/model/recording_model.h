// A model whose every call stands in the journal before it is sent, and every completion before anything uses it.
#pragma once

#include <memory>
#include <string>

#include "model/language_model.h"
#include "record/journal.h"

namespace retort {

// In a resumed run a call that the journal gives back is not asked again: it lands in the order of the first time, with
// one delta for the reasoning and one for the text. When the journal fails, or holds another request at the same place,
// the completion is an error of kind `journal`.
//
// What info() gives and how many tokens something has is journalled too and stays for the whole run, resumed or not.
// This model should be the outermost decorator, so that whatever happens to a call is in the journal.
class RecordingModel : public LanguageModel {
  public:
    // `name` is the model's name in the run's settings. Neither is owned; both must outlive this. The run has begun.
    RecordingModel(LanguageModel& inner, Journal& journal, RunKey run, std::string name);

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override;
    Task<TokenCount> count_prompt(Prompt prompt) override;
    ModelInfo info() const override { return info_; }

    // Calls that were given back by the journal.
    std::int64_t resumed_calls() const { return resumed_calls_; }

  private:
    LanguageModel& inner_;
    Journal& journal_;
    const RunKey run_;
    const std::string name_;
    ModelInfo info_;
    std::int64_t resumed_calls_ = 0;
};

}  // namespace retort

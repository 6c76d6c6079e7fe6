// A model that is nothing but a journal: the same completions, in the order in which they landed.
#pragma once

#include <memory>
#include <string>

#include "model/language_model.h"
#include "record/journal_reader.h"

namespace retort {

// Every completion has all its recorded fields, times too, and failed or cancelled ones come back as they were. A
// place or a count that is not in the journal, or another request at a place, is an error of kind `journal`; a count
// that is missing is estimated.
class ReplayingModel : public LanguageModel {
  public:
    // Fails when the run used no model of this name. The journal is not owned and must outlive this.
    static Outcome<std::unique_ptr<ReplayingModel>> make(JournalReader& journal, RunKey run, std::string name);

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override;
    Task<TokenCount> count_prompt(Prompt prompt) override;
    ModelInfo info() const override { return info_; }

    std::int64_t replayed_calls() const { return replayed_calls_; }

    // Counts that were not in the journal: then the replay is not exact.
    std::int64_t missing_counts() const { return missing_counts_; }

  private:
    ReplayingModel(JournalReader& journal, RunKey run, std::string name, ModelInfo info);
    TokenCount recorded(const Counted& what, TokenCount otherwise);

    JournalReader& journal_;
    const RunKey run_;
    const std::string name_;
    const ModelInfo info_;
    std::int64_t replayed_calls_ = 0;
    std::int64_t missing_counts_ = 0;
};

}  // namespace retort

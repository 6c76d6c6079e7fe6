// A model that draws the same call once for several runs of one journal.
#pragma once

#include "model/language_model.h"
#include "record/journal.h"

namespace retort {

// Where another run of the journal has completed the same request at the same place (round 1 of one operator under
// several distillers), its completion is given again, and an event "shared" records that. Accounts of the run count it
// as if it had been drawn, so that runs compare; shared_calls() says what was saved.
class SharingModel : public LanguageModel {
  public:
    // Nothing is owned; all must outlive this. The run has begun.
    SharingModel(LanguageModel& inner, Journal& journal, RunKey run) : inner_(inner), journal_(journal), run_(run) {}

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override { return inner_.count_tokens(std::move(text)); }
    Task<TokenCount> count_prompt(Prompt prompt) override { return inner_.count_prompt(std::move(prompt)); }
    ModelInfo info() const override { return inner_.info(); }

    std::int64_t shared_calls() const { return shared_calls_; }

  private:
    LanguageModel& inner_;
    Journal& journal_;
    const RunKey run_;
    std::int64_t shared_calls_ = 0;
};

}  // namespace retort

// One call of a sampler as the samples that it takes. Pure: what to ask next, from what has come. Any thread.
#pragma once

#include <string>
#include <vector>

#include "model/llama/generation.h"
#include "model/llama/tokenizer.h"
#include "train/rollout/writer.h"
#include "train/tinker/messages.h"
#include "train/tinker/reply.h"

namespace retort::train::tinker {

class SampleCall {
  public:
    // `tokenizer` must outlive this.
    SampleCall(const llama::LiveCall& call, const llama::Tokenizer& tokenizer);

    bool done() const { return done_; }

    // The next sample: from these tokens on, with these settings.
    TokenSequence prompt() const { return std::make_shared<const std::vector<TokenId>>(context_); }
    SampleParameters parameters() const;

    // Tokens as the server sampled them. Those after the thinking's budget, or after the end, are dropped.
    void take(const SampledSequence& sequence);

    // What was written; once done.
    void finish(Completion& completion);

  private:
    void take_token(TokenId token, float logprob);

    llama::LiveCall call_;
    const llama::Tokenizer& tokenizer_;
    llama::Generation generation_;
    std::vector<TokenId> context_;  // the prompt and what follows it
    std::uint32_t samples_ = 0;
    bool cut_ = false;  // by the budget, in this sample: its end was put there
    bool done_ = false;
};

// Ids that end a sequence: servers stop at those that they are told.
std::vector<TokenId> ends_of(const llama::Vocabulary& vocabulary);

}  // namespace retort::train::tinker

// What is being trained, as a model for the operators. Calls gather until everything that runs on the loop waits for
// one; then all of them are handed to the writer together. So what a batch is made of depends on the work alone, never
// on time, and so do the floats of writers that write a batch at once.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/gate.h"
#include "async/settle.h"
#include "model/language_model.h"
#include "model/llama/tokenizer.h"
#include "train/rollout/rollout.h"
#include "train/rollout/writer.h"

namespace retort::train {

struct SamplerOptions {
    std::string name;          // of the model, for the journal
    std::int64_t context = 0;  // most tokens of a sequence
};

class Sampler final : public LanguageModel {
  public:
    // Loop and tokenizer are not owned.
    Sampler(asio::io_context& loop, const llama::Tokenizer& tokenizer, SamplerOptions options,
            std::unique_ptr<Writer> writer);
    ~Sampler() override;

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override;
    Task<TokenCount> count_prompt(Prompt prompt) override;
    ModelInfo info() const override;

    // To be called when the net has learnt, and nothing is pending.
    void weights_changed() { writer_->weights_changed(); }

    // Calls wait to be written, or for their end.
    bool has_pending() const { return !pending_.empty() || !under_way_.empty(); }

    // Hands over what is pending, in the order of places, and lands what is finished: at least one call.
    void write();

    // What was sampled since the last time, by place.
    std::map<Place, SampledCall> take_calls() { return std::exchange(calls_, {}); }

    // Tokens that were sampled, in all.
    std::int64_t tokens_written() const { return tokens_written_; }

  private:
    struct Pending;
    Outcome<llama::RenderedPrompt> render(const Prompt& prompt, bool think) const;
    std::optional<CallError> fault(const CompletionRequest& request, const std::vector<TokenId>& prompt) const;
    void begin();
    void land(Pending& call);

    asio::io_context& loop_;
    const llama::Tokenizer& tokenizer_;
    const SamplerOptions options_;
    const std::unique_ptr<Writer> writer_;
    std::vector<Pending*> pending_;              // on the coroutines that wait
    std::map<std::size_t, Pending*> under_way_;  // by ticket
    std::size_t tickets_ = 0;
    std::map<Place, SampledCall> calls_;
    std::int64_t tokens_written_ = 0;
};

// Runs the work to its end, the sampler writing whenever all of it waits.
template <class T>
T run_with(asio::io_context& loop, Sampler& sampler, Task<T> work) {
    std::optional<T> result;
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
        failure = error;
        if (!error) result.emplace(std::move(value));
        done = true;
    });
    while (true) {
        settle(loop);
        if (done) break;
        if (!sampler.has_pending()) throw std::logic_error("the rollouts wait for nothing that could come");
        sampler.write();
    }
    if (failure) std::rethrow_exception(failure);
    return std::move(result).value();
}

}  // namespace retort::train

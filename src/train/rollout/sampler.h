// The net that is being trained, as a model for the operators; written by itself or by llama.cpp over its weights.
// Calls gather until everything that runs on the loop waits for one; then all of them are written together. So what a
// batch is made of depends on the work alone, never on time, and so do the floats.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/gate.h"
#include "async/settle.h"
#include "model/language_model.h"
#include "model/llama/live_model.h"
#include "model/llama/tokenizer.h"
#include "train/net/decoder.h"
#include "train/rollout/rollout.h"

namespace retort::train {

struct SamplerOptions {
    std::string name;         // of the model, for the journal
    std::int64_t rows = 512;  // most sequences that are written side by side
};

class Sampler final : public LanguageModel {
  public:
    // None but `live` is owned; the net may be trained between two calls of write(). With `live` llama.cpp writes, over
    // the net's weights.
    Sampler(asio::io_context& loop, const Net& net, const llama::Tokenizer& tokenizer, SamplerOptions options,
            std::unique_ptr<llama::LiveModel> live = nullptr);
    ~Sampler() override;

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override;
    Task<TokenCount> count_prompt(Prompt prompt) override;
    ModelInfo info() const override;

    // To be called when the net has learnt: before the next write() its weights are handed over.
    void weights_changed() { stale_ = true; }

    bool has_pending() const { return !pending_.empty(); }

    // Writes all that are pending to their ends, in the order of their places.
    void write();

    // What was sampled since the last time, by place.
    std::map<Place, SampledCall> take_calls() { return std::exchange(calls_, {}); }

    // Tokens that were sampled, in all.
    std::int64_t tokens_written() const { return tokens_written_; }

  private:
    struct Pending;
    struct Row;
    Outcome<llama::RenderedPrompt> render(const Prompt& prompt, bool think) const;
    std::optional<CallError> fault(const CompletionRequest& request, const std::vector<TokenId>& prompt) const;
    void write_batch(const std::vector<Pending*>& batch);
    void write_live(const std::vector<Pending*>& calls);
    TokenId next_token(Row& row, const float* logits) const;
    void land(Pending& call);

    asio::io_context& loop_;
    const Net& net_;
    const llama::Tokenizer& tokenizer_;
    const SamplerOptions options_;
    Decoder decoder_;
    const std::unique_ptr<llama::LiveModel> live_;
    bool stale_ = true;              // live_ has other weights than the net
    std::vector<Pending*> pending_;  // on the coroutines that wait
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

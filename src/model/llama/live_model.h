// A model whose weights are handed over in memory, and again after each step of a training. Not public.
#pragma once

#include <gguf.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/completion.h"
#include "base/error.h"
#include "model/llama/generation.h"
#include "model/llama/tokenizer.h"

namespace retort::llama {

struct LiveOptions {
    int threads = 0;           // that compute; 0: as many as this process may use cores
    int max_sequences = 240;   // side by side, 1..240; more wait
    std::int64_t context = 0;  // most tokens of one sequence
};

// One sequence to be written.
struct LiveCall {
    TokenSequence prompt;
    bool inside_reasoning = false;
    GenerationLimits limits;
    SamplingParameters sampling;
};

// The most that is asked of one: calls side by side, tokens of a prompt, tokens of a sequence at its end.
struct LiveDemand {
    std::int64_t calls = 0;
    std::int64_t prompt = 0;
    std::int64_t whole = 0;
};

// Bytes of its KV cache then, of whose positions each takes so many. Calls have prompts of their own.
std::int64_t live_cache_bytes(const LiveOptions& options, const LiveDemand& demand, std::int64_t position);

// Weights and cache are F32. What is written depends on the weights and the calls alone, never on time: all calls of a
// round are known before the first of its batches. One thread.
class LiveModel {
  public:
    // Values of a tensor in a GGUF's order, by its name; empty: the model has no such tensor.
    using Weights = std::function<std::span<const float>(const std::string& name)>;

    // `metadata` as a file of the architecture "llama" has it. The tokenizer must outlive this. Error: llama.cpp does
    // not take the metadata, or wants a tensor that is not there or has another size.
    static Outcome<std::unique_ptr<LiveModel>> make(gguf_context& metadata, const Weights& weights,
                                                    const Tokenizer& tokenizer, LiveOptions options);
    ~LiveModel();

    // Puts new values into the tensors where they lie; what was computed with the old ones is forgotten.
    Outcome<void> set_weights(const Weights& weights);

    // All to their ends, in this order, with traces. A failed call has an error.
    std::vector<Completion> write(const std::vector<LiveCall>& calls);

  private:
    struct Loaded;
    explicit LiveModel(std::unique_ptr<Loaded> loaded);
    std::unique_ptr<Loaded> loaded_;
};

}  // namespace retort::llama

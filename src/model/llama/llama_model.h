// A GGUF model in this process, by llama.cpp, on a thread of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "model/language_model.h"
#include "model/llama/kv_layout.h"

namespace retort {

enum class KvType { f16, f32 };
enum class FlashAttention { automatic, on, off };

struct LlamaOptions {
    std::string path;        // the GGUF file
    int threads = 0;         // that compute; 0: as many as this process may use cores
    int engines = 1;         // that share threads, sequences and memory; 0: for a model under 16 MiB one a thread
    std::int64_t ctx = 0;    // most tokens of one sequence, prompt and completion; 0: what the model was trained for
    int max_sequences = 64;  // that run side by side, 1..240; more wait in a queue
    KvLayout kv_layout = KvLayout::automatic;
    KvType kv_type = KvType::f16;  // f32: twice the memory, for comparing log-probabilities
    FlashAttention flash_attention = FlashAttention::automatic;
    std::int64_t kv_tokens = 0;  // most tokens in the KV cache; 0: what half of the free memory holds
    int prefill = 256;           // prompt tokens a step while nothing else is being decoded
    int mixed_prefill = 64;      // prompt tokens a step beside sequences that write
    bool ignore_end = false;     // write on after the end of generation, up to the limit: for benchmarks
};

// Weights are mapped, prompts' common beginnings are computed once, sequences decode together and sample with their own
// seeds: the same request with the same seed gives the same tokens as long as the sequences beside it do not change the
// floats (batches of different composition do, in the last place).
//
// A prompt as messages goes through the GGUF's chat template. The destructor ends all calls as cancelled; the loops of
// calls in flight must outlive it. Members as in LanguageModel; several loops may share one model.
class LlamaModel final : public LanguageModel {
  public:
    // Loads the model: 0.1 s for a small one. Errors: no such file, not a GGUF, truncated, unknown architecture, too
    // little memory, options out of range.
    static Outcome<std::unique_ptr<LlamaModel>> open(LlamaOptions options);
    ~LlamaModel() override;

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override;
    Task<TokenCount> count_prompt(Prompt prompt) override;
    ModelInfo info() const override;

  private:
    struct Loaded;
    explicit LlamaModel(std::unique_ptr<Loaded> loaded);
    std::unique_ptr<Loaded> loaded_;
};

}  // namespace retort

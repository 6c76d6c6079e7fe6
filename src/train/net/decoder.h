// Many sequences of one model written side by side, with what was computed before kept (the KV cache). C++17 and free
// of LibTorch. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "train/net/net.h"

namespace retort::train {

// The token that a sequence goes on with, from the `vocabulary` logits of what comes next; none: it ends. Asked for
// one sequence after its own last answer only, but for several from as many threads as the net has.
using Choose = std::function<std::optional<std::int32_t>(std::size_t sequence, const float* logits)>;

class DecoderBackend;

// The weights are those that the net has at each call.
class Decoder {
  public:
    explicit Decoder(const Net& net);
    ~Decoder();
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    // Writes sequence i from prompts[i] on, until all have ended; no prompt is empty. Equal prompts that stand together
    // are computed once. A sequence beyond the model's context is an exception.
    void write(const std::vector<std::vector<std::int32_t>>& prompts, const Choose& choose);

  private:
    std::unique_ptr<DecoderBackend> backend_;
};

}  // namespace retort::train

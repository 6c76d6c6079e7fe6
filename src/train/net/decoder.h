// Many sequences of one model written side by side, a token at a time, with what was computed before kept (the KV
// cache). C++17 and free of LibTorch. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "train/net/net.h"

namespace retort::train {

// The weights are those that the net has at each call: a step of the optimiser between two calls of one sequence would
// mix two models, so sequences are written to their end between steps.
class Decoder {
  public:
    explicit Decoder(const Net& net);
    ~Decoder();
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    // Logits of the next token, one row of `vocabulary` floats for each sequence. Valid until the next call.
    struct Logits {
        const float* values = nullptr;
        std::int64_t rows = 0;
        std::int64_t vocabulary = 0;
        const float* row(std::int64_t i) const { return values + i * vocabulary; }
    };

    // Begins anew with these prompts, sequence i with prompts[i]; none is empty. Equal prompts are computed once.
    Logits start(const std::vector<std::vector<std::int32_t>>& prompts);

    // Feeds tokens[i] to sequence i of those that are left.
    Logits feed(const std::vector<std::int32_t>& tokens);

    // Goes on with these sequences alone (indices into those that are left, ascending); `kept` are renumbered from 0.
    void keep(const std::vector<std::int32_t>& kept);

  private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace retort::train

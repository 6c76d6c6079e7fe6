// One step of supervised training: worked examples, as tokens that the net learns.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/llama/tokenizer.h"
#include "train/net/net.h"
#include "train/tasks/teacher.h"

namespace retort::train {

struct SftBatch {
    Pack pack;
    std::vector<std::string> kinds;     // of examples, each once
    std::vector<std::uint8_t> kind_of;  // of each wanted token, in `kinds`
    std::int64_t examples = 0;
    std::int64_t too_long = 0;  // of the examples: left out, since the context does not hold them
};

// Examples from `first` on until the batch has `tokens`. The error is that of the chat template, or
// says that no example fits the context.
Outcome<SftBatch> draw_examples(const ExampleSource& source, const llama::Tokenizer& tokenizer, std::uint64_t seed,
                                std::uint64_t first, std::int64_t tokens, double progress, std::int64_t context);

struct SftStep {
    double loss = 0;                        // mean over learnt tokens, natural logarithm
    std::map<std::string, double> loss_of;  // by kind of example
    std::int64_t tokens = 0;
    std::int64_t learnt = 0;
    double grad_norm = 0;  // before clipping; no number: nothing was learnt
};
SftStep sft_step(Net& net, const SftBatch& batch, const AdamW& settings);

}  // namespace retort::train

#include "train/run/sft.h"

#include <fmt/format.h>

#include <algorithm>

namespace retort::train {
namespace {

std::uint8_t kind_index(SftBatch& batch, const std::string& kind) {
    const auto found = std::find(batch.kinds.begin(), batch.kinds.end(), kind);
    const auto index = static_cast<std::uint8_t>(found - batch.kinds.begin());
    if (found == batch.kinds.end()) batch.kinds.push_back(kind);
    return index;
}

Outcome<void> add_example(SftBatch& batch, const Example& example, const llama::Tokenizer& tokenizer,
                          std::int64_t context) {
    std::vector<TokenId> tokens;
    if (!example.prompt.empty()) {
        auto prompt = tokenizer.chat().render(example.prompt, true);
        if (!prompt) return prompt.error();
        tokens = std::move(prompt->tokens);
    }
    std::vector<std::uint8_t> wanted(tokens.size(), 0);
    for (const Span& span : example.completion) {
        const std::vector<TokenId> part = tokenizer.vocabulary().control(span.text);
        tokens.insert(tokens.end(), part.begin(), part.end());
        wanted.insert(wanted.end(), part.size(), span.learn);
    }
    if (example.ends) {
        tokens.push_back(tokenizer.vocabulary().end());
        wanted.push_back(1);
    }
    ++batch.examples;
    if (tokens.empty() || static_cast<std::int64_t>(tokens.size()) > context) return {};
    wanted[0] = 0;
    const std::uint8_t kind = kind_index(batch, example.kind);
    for (const std::uint8_t one : wanted)
        if (one != 0) batch.kind_of.push_back(kind);
    batch.pack.tokens.insert(batch.pack.tokens.end(), tokens.begin(), tokens.end());
    batch.pack.wanted.insert(batch.pack.wanted.end(), wanted.begin(), wanted.end());
    batch.pack.lengths.push_back(static_cast<std::int32_t>(tokens.size()));
    return {};
}

}  // namespace

Outcome<SftBatch> draw_examples(const Teacher& teacher, const llama::Tokenizer& tokenizer, std::uint64_t seed,
                                std::uint64_t first, std::int64_t tokens, double progress, std::int64_t context) {
    constexpr std::int64_t kMostTooLong = 1000;
    SftBatch out;
    while (static_cast<std::int64_t>(out.pack.tokens.size()) < tokens) {
        const Example example = teacher.example(seed, first + static_cast<std::uint64_t>(out.examples), progress);
        if (const auto added = add_example(out, example, tokenizer, context); !added) return added.error();
        if (out.examples == kMostTooLong && out.pack.tokens.empty())
            return Error{ErrorKind::usage,
                         fmt::format("none of {} examples fits the model's context of {} tokens: raise model.context",
                                     kMostTooLong, context)};
    }
    return out;
}

SftStep sft_step(Net& net, const SftBatch& batch, const AdamW& settings) {
    SftStep out;
    out.tokens = static_cast<std::int64_t>(batch.pack.tokens.size());
    out.learnt = static_cast<std::int64_t>(batch.kind_of.size());
    const float weight = 1.0F / static_cast<float>(out.learnt);
    const TokenScores scores = net.accumulate(batch.pack, [&](std::size_t, const TokenScores& stretch) {
        return std::vector<float>(stretch.logprobs.size(), weight);
    });
    std::vector<double> sums(batch.kinds.size());
    std::vector<double> counts(batch.kinds.size());
    for (std::size_t i = 0; i < scores.logprobs.size(); ++i) {
        sums[batch.kind_of[i]] -= static_cast<double>(scores.logprobs[i]);
        counts[batch.kind_of[i]] += 1;
        out.loss -= static_cast<double>(scores.logprobs[i]);
    }
    out.loss /= static_cast<double>(out.learnt);
    for (std::size_t i = 0; i < batch.kinds.size(); ++i) out.loss_of[batch.kinds[i]] = sums[i] / counts[i];
    out.grad_norm = net.step(settings);
    return out;
}

}  // namespace retort::train

#include "train/tinker/sample_call.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace retort::train::tinker {
namespace {

constexpr std::uint32_t kSeedBits = 0x7FFFFFFF;  // servers take seeds of 31 bits

// Each sample of a call draws anew: the first by the call's seed.
std::uint32_t seed_of(std::uint32_t call, std::uint32_t sample) {
    const auto mixed = sample == 0 ? call : static_cast<std::uint32_t>(hash64(fmt::format("{} {}", call, sample)));
    return mixed & kSeedBits;
}

}  // namespace

SampleCall::SampleCall(const llama::LiveCall& call, const llama::Tokenizer& tokenizer)
    : call_(call),
      tokenizer_(tokenizer),
      generation_(tokenizer.reasoning(), call.limits, call.inside_reasoning, true),
      context_(*call.prompt) {}

SampleParameters SampleCall::parameters() const {
    return {generation_.room(), seed_of(call_.sampling.seed, samples_), call_.sampling.temperature,
            call_.sampling.top_p};
}

void SampleCall::take(const SampledSequence& sequence) {
    ++samples_;
    cut_ = false;
    for (std::size_t i = 0; i < sequence.tokens.size() && !done_ && !cut_; ++i)
        take_token(sequence.tokens[i], sequence.logprobs[i]);
}

void SampleCall::take_token(TokenId token, float logprob) {
    const llama::Vocabulary& words = tokenizer_.vocabulary();
    const bool is_mark = tokenizer_.reasoning().is_mark(token);
    generation_.take({token, logprob}, words.piece(token, is_mark), words.ends_generation(token));
    context_.push_back(token);
    const std::span<const TokenId> forced = generation_.forced();
    context_.insert(context_.end(), forced.begin(), forced.end());
    cut_ = !forced.empty();
    done_ = generation_.done();
}

void SampleCall::finish(Completion& completion) {
    generation_.finish(generation_.natural_finish(), completion);
    completion.requests = static_cast<int>(samples_);
}

std::vector<TokenId> ends_of(const llama::Vocabulary& vocabulary) {
    std::vector<TokenId> out;
    for (TokenId token = 0; token < vocabulary.size(); ++token)
        if (vocabulary.ends_generation(token)) out.push_back(token);
    return out;
}

}  // namespace retort::train::tinker

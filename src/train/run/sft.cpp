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

// An example as tokens, and which of them are learnt.
class Written {
  public:
    explicit Written(const llama::Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

    Outcome<void> write(const Example& example) {
        bool inside_reasoning = false;
        if (!example.prompt.empty()) {
            auto prompt = tokenizer_.chat().render(example.prompt, example.think);
            if (!prompt) return prompt.error();
            inside_reasoning = prompt->inside_reasoning;
            add(prompt->tokens, false);
        }
        if (example.reasoning.empty())
            for (const Span& span : example.completion) add(tokens_of(span), span.learn);
        else
            add(with_reasoning(example, inside_reasoning), true);
        const llama::Vocabulary& words = tokenizer_.vocabulary();
        if (example.ends) add({example.prompt.empty() ? words.end() : words.end_of_turn()}, true);
        return {};
    }

    std::vector<TokenId> tokens;
    std::vector<std::uint8_t> wanted;

  private:
    void add(const std::vector<TokenId>& part, bool learn) {
        tokens.insert(tokens.end(), part.begin(), part.end());
        wanted.insert(wanted.end(), part.size(), learn);
    }

    std::vector<TokenId> tokens_of(const Span& span) const {
        const llama::Vocabulary& words = tokenizer_.vocabulary();
        return span.marked ? words.control(span.text) : words.plain(span.text);
    }

    // The end of the reasoning as engines force it, so that both ends look alike. One text for the tokenizer, as the
    // model will write it, where nothing in it could be taken for a control token.
    std::vector<TokenId> with_reasoning(const Example& example, bool inside) const {
        const llama::ReasoningMarks& marks = *tokenizer_.chat().marks();
        std::vector<Span> spans{{example.reasoning, true, false}, {"\n" + std::string(marks.end) + "\n\n"}};
        if (!inside) spans.insert(spans.begin(), {std::string(marks.begin) + "\n"});
        spans.insert(spans.end(), example.completion.begin(), example.completion.end());
        const llama::Vocabulary& words = tokenizer_.vocabulary();
        const bool clean = std::all_of(spans.begin(), spans.end(), [&](const Span& span) {
            return span.marked || words.control(span.text) == words.plain(span.text);
        });
        std::string text;
        std::vector<TokenId> apart;
        for (const Span& span : spans) {
            text += span.text;
            const std::vector<TokenId> part = tokens_of(span);
            apart.insert(apart.end(), part.begin(), part.end());
        }
        return clean ? words.control(text) : apart;
    }

    const llama::Tokenizer& tokenizer_;
};

Outcome<void> add_example(SftBatch& batch, const Example& example, const llama::Tokenizer& tokenizer,
                          std::int64_t context) {
    Written written(tokenizer);
    if (const auto done = written.write(example); !done) return done.error();
    const std::vector<TokenId>& tokens = written.tokens;
    ++batch.examples;
    if (tokens.empty() || static_cast<std::int64_t>(tokens.size()) > context) {
        ++batch.too_long;
        return {};
    }
    written.wanted[0] = 0;
    const std::uint8_t kind = kind_index(batch, example.kind);
    for (const std::uint8_t one : written.wanted)
        if (one != 0) batch.kind_of.push_back(kind);
    batch.pack.tokens.insert(batch.pack.tokens.end(), tokens.begin(), tokens.end());
    batch.pack.wanted.insert(batch.pack.wanted.end(), written.wanted.begin(), written.wanted.end());
    batch.pack.lengths.push_back(static_cast<std::int32_t>(tokens.size()));
    return {};
}

}  // namespace

Outcome<SftBatch> draw_examples(const ExampleSource& source, const llama::Tokenizer& tokenizer, std::uint64_t seed,
                                std::uint64_t first, std::int64_t tokens, double progress, std::int64_t context) {
    constexpr std::int64_t kMostTooLong = 1000;
    SftBatch out;
    while (static_cast<std::int64_t>(out.pack.tokens.size()) < tokens) {
        const Example example = source.example(seed, first + static_cast<std::uint64_t>(out.examples), progress);
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

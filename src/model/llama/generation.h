// What one call has written so far: reasoning and answer, counts, limits, how it ends. Pure: knows no llama.cpp.
// Not public.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/completion.h"
#include "model/llama/reasoning.h"
#include "model/llama/sampler.h"

namespace retort::llama {

// How a model writes reasoning; null marks and an empty end where it marks none.
struct ReasoningRules {
    const ReasoningMarks* marks = nullptr;
    std::vector<TokenId> forced_end;  // the tokens that end a reasoning by force
    TokenId begin_token = -1;         // the marks, where they are single tokens; else -1
    TokenId end_token = -1;

    bool is_mark(TokenId token) const { return token >= 0 && (token == begin_token || token == end_token); }
};

struct GenerationLimits {
    std::int64_t think = 0;       // tokens of reasoning, the marks that the model wrote itself included
    std::int64_t max_answer = 1;  // tokens after the reasoning, a forced end mark included
    bool ignore_end = false;      // go on after an end-of-generation token, to the limit
};

// Never writes more than think + max_answer tokens. Where the model marks its reasoning, `max_answer` alone bounds a
// completion without any.
class Generation {
  public:
    // `rules` must outlive this. `inside`: the prompt has opened the reasoning.
    Generation(const ReasoningRules& rules, GenerationLimits limits, bool inside, bool trace);

    // Takes a sampled token and its text.
    void take(const SampledToken& token, std::string_view piece, bool ends_generation);

    // Tokens that must follow now, unsampled: the forced end of the reasoning. To be called after each take.
    std::span<const TokenId> forced();

    // The most tokens that may be sampled before a limit ends it or its reasoning; at least 1.
    std::int64_t room() const;

    bool done() const { return done_; }
    std::int64_t written() const { return usage_.out; }

    // Pieces that became ready since the last call.
    std::vector<ReasoningSplitter::Piece> ready();

    // Ends the generation: fills finish, texts, usage (tokens out), thinking and trace of the completion.
    void finish(Finish how, Completion& completion);
    Finish natural_finish() const { return stopped_ ? Finish::stop : Finish::length; }

  private:
    void count(ReasoningSplitter::Place before);
    void collect();
    bool over_limit() const;

    const ReasoningRules& rules_;
    GenerationLimits limits_;
    bool trace_wanted_;
    ReasoningSplitter splitter_;
    std::vector<ReasoningSplitter::Piece> pieces_;
    std::size_t collected_ = 0;
    std::int64_t undecided_ = 0;  // tokens of which is not known yet whether they begin a reasoning
    std::string reasoning_;
    std::string text_;
    Usage usage_;
    TokenTrace trace_;
    bool stopped_ = false;
    bool done_ = false;
    bool cut_ = false;
};

}  // namespace retort::llama

#include "model/llama/generation.h"

#include <algorithm>
#include <utility>

namespace retort::llama {

using Place = ReasoningSplitter::Place;

Generation::Generation(const ReasoningRules& rules, GenerationLimits limits, bool inside, bool trace)
    : rules_(rules), limits_(limits), trace_wanted_(trace), splitter_(rules.marks, inside) {}

void Generation::take(const SampledToken& token, std::string_view piece, bool ends_generation) {
    if (trace_wanted_) {
        trace_.ids.push_back(token.id);
        trace_.logprobs.push_back(token.logprob);
        trace_.forced.push_back(0);
    }
    ++usage_.out;
    const Place before = splitter_.place();
    stopped_ = ends_generation && !limits_.ignore_end;
    if (!stopped_) splitter_.feed(piece, pieces_);
    count(before);
    done_ = stopped_ || over_limit();
}

// Tokens whose place shows only later are counted when it shows.
void Generation::count(Place before) {
    const Place after = splitter_.place();
    if (before == Place::undecided) ++undecided_;
    if (before == Place::undecided && after == Place::reasoning) usage_.reasoning += std::exchange(undecided_, 0);
    if (before == Place::reasoning) ++usage_.reasoning;
}

bool Generation::over_limit() const {
    if (rules_.marks == nullptr) return usage_.out >= limits_.think + limits_.max_answer;
    return splitter_.place() != Place::reasoning && usage_.out - usage_.reasoning >= limits_.max_answer;
}

std::int64_t Generation::room() const {
    std::int64_t out = limits_.max_answer - (usage_.out - usage_.reasoning);
    if (rules_.marks == nullptr)
        out = limits_.think + limits_.max_answer - usage_.out;
    else if (splitter_.place() == Place::reasoning)
        out = limits_.think - usage_.reasoning;
    else if (splitter_.place() == Place::undecided)
        out = std::max(out, limits_.think - usage_.out);
    return std::max<std::int64_t>(out, 1);
}

std::span<const TokenId> Generation::forced() {
    if (done_ || splitter_.place() != Place::reasoning || usage_.reasoning < limits_.think) return {};
    cut_ = true;
    splitter_.feed(rules_.marks->end, pieces_);
    for (const TokenId token : rules_.forced_end) {
        if (trace_wanted_) {
            trace_.ids.push_back(token);
            trace_.logprobs.push_back(0);
            trace_.forced.push_back(1);
        }
        ++usage_.out;
    }
    done_ = over_limit();
    return rules_.forced_end;
}

std::vector<ReasoningSplitter::Piece> Generation::ready() {
    collect();
    collected_ = 0;
    return std::exchange(pieces_, {});
}

void Generation::collect() {
    for (; collected_ < pieces_.size(); ++collected_)
        (pieces_[collected_].reasoning ? reasoning_ : text_) += pieces_[collected_].text;
}

void Generation::finish(Finish how, Completion& completion) {
    splitter_.finish(pieces_);
    collect();
    completion.finish = how;
    completion.reasoning = std::move(reasoning_);
    completion.text = std::move(text_);
    completion.usage.out = usage_.out;
    completion.usage.reasoning = usage_.reasoning;
    completion.thinking = rules_.marks == nullptr ? ThinkingControl::none : ThinkingControl::in_process;
    completion.thinking_cut = cut_;
    completion.trace = std::move(trace_);
}

}  // namespace retort::llama

// An evaluation in figures: what is printed at its end. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "eval/stats.h"
#include "eval/suite.h"

namespace retort {

struct EvalSummary {
    std::optional<Estimate> mean;     // accuracy over all samples, by problem; none: nothing was judged
    std::map<int, double> pass_at_k;  // for 1 and the samples of a problem, and powers of two between
    std::map<int, double> maj_at_k;
    std::int64_t landed = 0;     // samples with a result
    std::int64_t judged = 0;     // samples of problems that can be judged
    std::int64_t failed = 0;     // samples that did not come to their end; they count as wrong
    std::int64_t truncated = 0;  // samples with a call that was cut at its token limit, or a workspace that was cut
    // Means over samples, tokens and seconds.
    double b_seq = 0;
    double b_total = 0;
    double b_seq_nominal = 0;
    double max_call_tokens = 0;
    double wall_s = 0;
    // Sums over samples.
    std::int64_t calls = 0;
    std::int64_t failed_calls = 0;
    bool estimated = false;
};

EvalSummary summarise(const Suite& suite, std::span<const SampleFacts> facts);

// By the problem's id, of this suite; the suite must outlive the function.
VerifierOf verifiers_of(const Suite& suite);

}  // namespace retort

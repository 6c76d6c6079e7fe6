// Signs of the known ways to fail (PAPER: failure signatures), each a rule with its evidence; docs/statistics.md holds
// the rules in full. Pure functions over facts; samples whose problem is not scored are left out. Facts of several runs
// may be pooled: a problem of all of them is one cluster. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/stats.h"

namespace retort {

// A sample in which a sign was seen, for a person to open.
struct Evidence {
    std::string problem;
    int sample = 0;
    std::vector<std::string> paths;  // calls that show it
    std::string note;                // one line
};
inline constexpr std::size_t kMostEvidence = 20;  // of each sign: the first by problem and sample

// How readers of a workspace did, against the drafts that it was made from. `of` which workspaces: see the field's
// name.
struct ReaderAccuracy {
    std::size_t readers = 0;
    std::optional<Estimate> before;  // accuracy of the drafts, each reader counted once
    std::optional<Estimate> after;   // accuracy of the readers
    std::optional<Estimate> change;  // after - before
};

// By what the workspace held.
struct AnchoringRound {
    int round = 0;  // whose drafts the workspace was made from
    ReaderAccuracy only_wrong;
    ReaderAccuracy mixed;
    ReaderAccuracy only_right;
    ReaderAccuracy none;       // no answer in it, or no workspace
    ReaderAccuracy any_wrong;  // only_wrong and mixed: the sign is a fall here
};

struct Anchoring {
    static std::string_view rule();
    std::vector<AnchoringRound> rounds;
    std::size_t samples = 0;    // with a workspace
    std::size_t collapsed = 0;  // a right majority, a wrong candidate in a workspace made later or then, a wrong answer
    std::optional<Estimate> rate;      // collapsed / samples, which is also the accuracy that it cost
    std::optional<Estimate> of_right;  // collapsed / samples that had a right majority in some round
    std::vector<Evidence> evidence;
};
Anchoring anchoring(std::span<const SampleFacts> facts, const BootstrapOptions& options = {});

struct VerificationFailure {
    static std::string_view rule();
    std::size_t samples = 0;                            // with a round
    std::size_t failed = 0;                             // no right draft in round 1
    std::size_t stalled = 0;                            // ... and a wrong answer
    std::optional<Estimate> rate;                       // failed / samples
    std::optional<Estimate> recovery;                   // right answers among the failed
    std::optional<Estimate> cost;                       // stalled / samples
    std::vector<std::optional<Estimate>> recovered_by;  // share of the failed with a right draft by round 2, 3, ...
    std::vector<Evidence> evidence;                     // stalled
};
VerificationFailure verification_failure(std::span<const SampleFacts> facts, const BootstrapOptions& options = {});

struct ContextOverflow {
    static std::string_view rule();
    std::size_t samples = 0;
    std::size_t overflowed = 0;  // samples in which something below was cut
    std::size_t drafts = 0;
    std::size_t drafts_cut = 0;  // ended by length
    std::size_t finals = 0;
    std::size_t finals_cut = 0;
    std::size_t workspaces = 0;
    std::size_t workspaces_cut = 0;
    std::size_t sources_left_out = 0;        // drafts that a workspace had no room for at all
    std::int64_t tokens_cut = 0;             // tokens that did not fit into workspaces
    std::optional<Estimate> rate;            // overflowed / samples
    std::optional<Estimate> accuracy_cut;    // of samples with a cut
    std::optional<Estimate> accuracy_whole;  // of samples without
    std::optional<Estimate> cost;  // whole - cut; samples are not drawn into the two groups: hard problems cut more
    std::vector<Evidence> evidence;
};
ContextOverflow context_overflow(std::span<const SampleFacts> facts, const BootstrapOptions& options = {});

// A run of a sweep over the workspace's size, all else the same.
struct KappaRun {
    std::int64_t kappa = 0;  // tokens; 0: no bound
    const RunTable* table = nullptr;
    double cut_share = 0;  // of workspaces (ContextOverflow)
};
enum class KappaSign { fits, too_small, too_large };
std::string_view name(KappaSign sign);
struct KappaPoint {
    std::int64_t kappa = 0;
    std::optional<Estimate> accuracy;
    double cut_share = 0;
    std::optional<PairedDifference> to_best;  // this - best; none for the best itself
    bool best = false;
    KappaSign sign = KappaSign::fits;
};
// By rising kappa. Too small: surely below the best, which is larger, and a tenth of its workspaces or more were cut.
// Too large: surely below the best, which is smaller. "Surely": the interval of the paired difference excludes zero.
std::vector<KappaPoint> kappa_signs(std::span<const KappaRun> runs, const BootstrapOptions& options = {});

// Of workspaces that a model wrote (summaries).
struct SummaryFaults {
    static std::string_view rule();
    std::size_t workspaces = 0;
    std::size_t invented = 0;               // state an answer that no draft gave
    std::size_t with_right = 0;             // written from a right draft
    std::size_t lost_right = 0;             // ... and do not state its answer
    std::optional<Estimate> invented_rate;  // invented / workspaces
    std::optional<Estimate> lost_rate;      // lost_right / with_right
    std::vector<Evidence> evidence;
};
SummaryFaults summary_faults(std::span<const SampleFacts> facts, const BootstrapOptions& options = {});

// Accuracy of readers by where the workspace has its one right candidate, and by its length.
struct PositionCell {
    int place = 0;  // of the right candidate, from 1
    int of = 0;     // candidates in the workspace
    std::size_t readers = 0;
    std::optional<Estimate> accuracy;
};
struct LengthCell {
    std::int64_t from = 0;  // tokens, both included
    std::int64_t to = 0;
    std::size_t readers = 0;
    std::optional<Estimate> accuracy;
};
struct Position {
    std::vector<PositionCell> places;  // by `of`, then `place`
    std::vector<LengthCell> lengths;   // quarters of the readers, fewer where lengths are the same
};
Position position(std::span<const SampleFacts> facts, const BootstrapOptions& options = {});

// Tokens used against what was allowed; means per sample.
struct TokenUse {
    std::optional<Estimate> b_seq;
    std::optional<Estimate> b_total;
    std::optional<Estimate> nominal;
    std::optional<Estimate> longest_call;  // max_call_tokens: beside b_seq it tells depth from length
    std::optional<Estimate> of_nominal;  // sum of b_seq / sum of b_seq_nominal; over 1 is possible: it counts input too
    std::optional<Estimate> longest_of_seq;  // sum of max_call_tokens / sum of b_seq
};
TokenUse token_use(std::span<const SampleFacts> facts, const BootstrapOptions& options = {});

}  // namespace retort

// Anchoring collapse and verification failure: what right and wrong candidates do to those who read them.
#include "eval/signatures.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/signatures_readers.h"
#include "eval/signatures_tally.h"

namespace retort {
namespace {

struct ReaderTally {
    std::size_t readers = 0;
    Tally before, after, change;

    void add(const std::string& problem, double accuracy_before, bool right) {
        const double now = right ? 1 : 0;
        ++readers;
        before.add(problem, accuracy_before);
        after.add(problem, now);
        change.add(problem, now - accuracy_before);
    }

    ReaderAccuracy read(const BootstrapOptions& options) const {
        return {readers, before.ratio(options), after.ratio(options), change.ratio(options, kDifferenceBounds)};
    }
};

struct RoundOfReaders {
    ReaderTally only_wrong, mixed, only_right, none, any_wrong;

    void add(const std::string& problem, double before, const Reader& reader) {
        const bool right = reader.workspace != nullptr && reader.workspace->holds(Candidate::right);
        const bool wrong = reader.workspace != nullptr && reader.workspace->holds(Candidate::wrong);
        ReaderTally& kind = wrong ? (right ? mixed : only_wrong) : (right ? only_right : none);
        kind.add(problem, before, reader.right);
        if (wrong) any_wrong.add(problem, before, reader.right);
    }

    AnchoringRound read(int round, const BootstrapOptions& options) const {
        return {round,
                only_wrong.read(options),
                mixed.read(options),
                only_right.read(options),
                none.read(options),
                any_wrong.read(options)};
    }
};

void add_readers(std::vector<RoundOfReaders>& rounds, const SampleFacts& sample) {
    if (sample.rounds.size() > rounds.size()) rounds.resize(sample.rounds.size());
    for (std::size_t r = 0; r < sample.rounds.size(); ++r)
        if (const auto before = draft_accuracy(sample.rounds[r]))
            for (const Reader& reader : readers_after(sample, r)) rounds[r].add(sample.problem, *before, reader);
}

bool has_workspace(const SampleFacts& sample) {
    return std::any_of(sample.rounds.begin(), sample.rounds.end(),
                       [](const RoundFacts& round) { return !round.workspaces.empty(); });
}

std::optional<std::size_t> first_right_majority(const SampleFacts& sample) {
    for (std::size_t r = 0; r < sample.rounds.size(); ++r)
        if (sample.rounds[r].majority_right) return r;
    return std::nullopt;
}

// Readers that were wrong after a workspace that held something wrong, from this round on.
std::vector<std::string> misled(const SampleFacts& sample, std::size_t from) {
    std::vector<std::string> out;
    for (std::size_t r = from; r < sample.rounds.size(); ++r)
        for (const Reader& reader : readers_after(sample, r))
            if (!reader.right && reader.workspace != nullptr && reader.workspace->holds(Candidate::wrong))
                out.push_back(reader.path);
    return out;
}

std::size_t right_drafts(const RoundFacts& round) {
    return static_cast<std::size_t>(
        std::count_if(round.drafts.begin(), round.drafts.end(), [](const DraftFacts& draft) { return draft.right; }));
}

std::string quoted(const std::optional<std::string>& answer) {
    return answer ? "\"" + answer->substr(0, 40) + "\"" : "none";
}

void keep(std::vector<Evidence>& evidence, const SampleFacts& sample, std::vector<std::string> paths,
          std::string note) {
    if (evidence.size() < kMostEvidence)
        evidence.push_back({sample.problem, sample.sample, std::move(paths), std::move(note)});
}

// The first round from which on there was a right draft; none: never.
std::optional<std::size_t> first_right_round(const SampleFacts& sample) {
    for (std::size_t r = 0; r < sample.rounds.size(); ++r)
        if (right_drafts(sample.rounds[r]) > 0) return r;
    return std::nullopt;
}

std::vector<std::string> draft_paths(const RoundFacts& round) {
    std::vector<std::string> out;
    for (const DraftFacts& draft : round.drafts) out.push_back(draft.path);
    return out;
}

}  // namespace

std::string_view Anchoring::rule() {
    return "Counted: the majority of some round was right, a workspace made from that round or a later one held a "
           "wrong "
           "candidate and misled a reader, and the answer is wrong. The sign over a run: readers of workspaces with a "
           "wrong candidate do worse than the drafts before them.";
}

Anchoring anchoring(std::span<const SampleFacts> facts, const BootstrapOptions& options) {
    Anchoring out;
    std::vector<RoundOfReaders> rounds;
    Tally rate, of_right;
    for (const SampleFacts* sample : scored_in_order(facts)) {
        add_readers(rounds, *sample);
        if (!has_workspace(*sample)) continue;
        ++out.samples;
        const auto right = first_right_majority(*sample);
        std::vector<std::string> paths;
        if (right && !sample->right) paths = misled(*sample, *right);
        const bool collapsed = !paths.empty();
        rate.add(sample->problem, collapsed ? 1 : 0);
        if (right) of_right.add(sample->problem, collapsed ? 1 : 0);
        if (!collapsed) continue;
        ++out.collapsed;
        const RoundFacts& before = sample->rounds[*right];
        keep(out.evidence, *sample, std::move(paths),
             fmt::format("round {} had the right majority ({} of {} drafts right), the answer is {}", *right + 1,
                         right_drafts(before), before.drafts.size(), quoted(sample->answer)));
    }
    for (std::size_t r = 0; r < rounds.size(); ++r)
        out.rounds.push_back(rounds[r].read(static_cast<int>(r) + 1, options));
    out.rate = rate.ratio(options);
    out.of_right = of_right.ratio(options);
    return out;
}

std::string_view VerificationFailure::rule() {
    return "Counted: no draft of round 1 was right. Recovered: the answer is right all the same. Stalled: it is wrong.";
}

VerificationFailure verification_failure(std::span<const SampleFacts> facts, const BootstrapOptions& options) {
    VerificationFailure out;
    Tally rate, recovery, cost;
    std::vector<Tally> by_round;
    for (const SampleFacts* sample : scored_in_order(facts)) {
        if (sample->rounds.empty() || !draft_accuracy(sample->rounds.front())) continue;
        ++out.samples;
        const auto first_right = first_right_round(*sample);
        const bool failed = first_right != std::optional<std::size_t>(0);
        rate.add(sample->problem, failed ? 1 : 0);
        cost.add(sample->problem, failed && !sample->right ? 1 : 0);
        if (!failed) continue;
        ++out.failed;
        recovery.add(sample->problem, sample->right ? 1 : 0);
        if (sample->rounds.size() - 1 > by_round.size()) by_round.resize(sample->rounds.size() - 1);
        for (std::size_t r = 1; r < sample->rounds.size(); ++r)
            by_round[r - 1].add(sample->problem, first_right && *first_right <= r ? 1 : 0);
        if (sample->right) continue;
        ++out.stalled;
        keep(out.evidence, *sample, draft_paths(sample->rounds.front()),
             fmt::format("none of {} drafts of round 1 is right, the answer is {}",
                         sample->rounds.front().drafts.size(), quoted(sample->answer)));
    }
    out.rate = rate.ratio(options);
    out.recovery = recovery.ratio(options);
    out.cost = cost.ratio(options);
    for (const Tally& tally : by_round) out.recovered_by.push_back(tally.ratio(options));
    return out;
}

}  // namespace retort

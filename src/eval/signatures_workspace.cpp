// Faults of written workspaces, the place of the right candidate, the length of workspaces, and tokens used.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "eval/signatures.h"
#include "eval/signatures_readers.h"
#include "eval/signatures_tally.h"

namespace retort {
namespace {

constexpr std::size_t kQuarters = 4;

struct Cell {
    std::size_t readers = 0;
    Tally accuracy;

    void add(const std::string& problem, bool right) {
        ++readers;
        accuracy.add(problem, right ? 1 : 0);
    }
};

void keep_fault(SummaryFaults& out, const SampleFacts& sample, std::size_t round, const WorkspaceFacts& workspace) {
    if (out.evidence.size() >= kMostEvidence) return;
    std::string note;
    if (!workspace.invented.empty())
        note = fmt::format("states {}, which no draft gave", workspace.invented.front().substr(0, 40));
    if (workspace.lost_right) note += note.empty() ? "a right answer is lost" : "; a right answer is lost";
    out.evidence.push_back({sample.problem, sample.sample, {fmt::format("r{}.summary", round + 1)}, std::move(note)});
}

struct FaultTally {
    Tally invented, lost;
};

void add_workspace(SummaryFaults& out, FaultTally& tally, const SampleFacts& sample, std::size_t round,
                   const WorkspaceFacts& workspace) {
    const bool invented = !workspace.invented.empty();
    ++out.workspaces;
    out.invented += invented ? 1 : 0;
    tally.invented.add(sample.problem, invented ? 1 : 0);
    if (workspace.had_right) {
        ++out.with_right;
        out.lost_right += workspace.lost_right ? 1 : 0;
        tally.lost.add(sample.problem, workspace.lost_right ? 1 : 0);
    }
    if (invented || workspace.lost_right) keep_fault(out, sample, round, workspace);
}

// The place of the only right candidate among several, from 1; 0: there is none, or more than one.
int place_of_right(const WorkspaceFacts& workspace) {
    int place = 0;
    for (std::size_t i = 0; i < workspace.held.size(); ++i) {
        if (workspace.held[i].state != Candidate::right) continue;
        if (place != 0) return 0;
        place = static_cast<int>(i) + 1;
    }
    return workspace.held.size() > 1 ? place : 0;
}

struct Read {
    std::int64_t tokens = 0;
    const SampleFacts* sample = nullptr;
    bool right = false;
};

// Quarters by rank; readers of workspaces of one length stay together.
std::vector<LengthCell> by_length(std::vector<Read> reads, const BootstrapOptions& options) {
    std::sort(reads.begin(), reads.end(), [](const Read& a, const Read& b) { return a.tokens < b.tokens; });
    std::vector<LengthCell> out;
    std::size_t first = 0;
    for (std::size_t quarter = 1; quarter <= kQuarters; ++quarter) {
        std::size_t last = reads.size() * quarter / kQuarters;
        if (last <= first) continue;
        while (last < reads.size() && reads[last].tokens == reads[last - 1].tokens) ++last;
        Cell cell;
        for (std::size_t i = first; i < last; ++i) cell.add(reads[i].sample->problem, reads[i].right);
        out.push_back({reads[first].tokens, reads[last - 1].tokens, cell.readers, cell.accuracy.ratio(options)});
        first = last;
    }
    return out;
}

}  // namespace

std::string_view SummaryFaults::rule() {
    return "Of workspaces that a model wrote. Invented: a boxed answer, or a bare value after \"answer is\", that no "
           "draft "
           "gave. Lost: a draft was right and its answer stands nowhere in the text.";
}

SummaryFaults summary_faults(std::span<const SampleFacts> facts, const BootstrapOptions& options) {
    SummaryFaults out;
    FaultTally tally;
    for (const SampleFacts* sample : scored_in_order(facts))
        for (std::size_t r = 0; r < sample->rounds.size(); ++r)
            for (const WorkspaceFacts& workspace : sample->rounds[r].workspaces)
                if (workspace.written) add_workspace(out, tally, *sample, r, workspace);
    out.invented_rate = tally.invented.ratio(options);
    out.lost_rate = tally.lost.ratio(options);
    return out;
}

Position position(std::span<const SampleFacts> facts, const BootstrapOptions& options) {
    std::map<std::pair<int, int>, Cell> places;
    std::vector<Read> reads;
    for (const SampleFacts* sample : scored_in_order(facts))
        for (std::size_t r = 0; r < sample->rounds.size(); ++r)
            for (const Reader& reader : readers_after(*sample, r)) {
                if (reader.workspace == nullptr) continue;
                reads.push_back({reader.workspace->tokens, sample, reader.right});
                const int of = static_cast<int>(reader.workspace->held.size());
                if (const int place = place_of_right(*reader.workspace); place > 0)
                    places[{of, place}].add(sample->problem, reader.right);
            }
    Position out;
    for (const auto& [place, cell] : places)
        out.places.push_back({place.second, place.first, cell.readers, cell.accuracy.ratio(options)});
    out.lengths = by_length(std::move(reads), options);
    return out;
}

TokenUse token_use(std::span<const SampleFacts> facts, const BootstrapOptions& options) {
    Tally seq, total, nominal, longest, of_nominal, longest_of_seq;
    for (const SampleFacts* sample : scored_in_order(facts)) {
        const auto b_seq = static_cast<double>(sample->budget.b_seq);
        const auto b_nominal = static_cast<double>(sample->budget.b_seq_nominal);
        const auto longest_call = static_cast<double>(sample->budget.max_call_tokens);
        seq.add(sample->problem, b_seq);
        total.add(sample->problem, static_cast<double>(sample->budget.b_total));
        nominal.add(sample->problem, b_nominal);
        longest.add(sample->problem, longest_call);
        of_nominal.add(sample->problem, b_seq, b_nominal);
        longest_of_seq.add(sample->problem, longest_call, b_seq);
    }
    const auto read = [&](const Tally& tally) { return tally.ratio(options, std::nullopt); };
    return {read(seq), read(total), read(nominal), read(longest), read(of_nominal), read(longest_of_seq)};
}

}  // namespace retort

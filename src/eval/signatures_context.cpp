// Context overflow: what did not fit, and whether the workspace has the right size.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "eval/signatures.h"
#include "eval/signatures_tally.h"

namespace retort {
namespace {

constexpr double kManyCut = 0.1;  // of the workspaces: too small, where accuracy says so too

// What one sample adds to the counts, and the calls that show it.
std::vector<std::string> count_cuts(ContextOverflow& out, const SampleFacts& sample) {
    std::vector<std::string> paths;
    for (std::size_t r = 0; r < sample.rounds.size(); ++r) {
        for (const DraftFacts& draft : sample.rounds[r].drafts) {
            out.drafts += draft.counts() ? 1 : 0;
            if (draft.finish != Finish::length) continue;
            ++out.drafts_cut;
            paths.push_back(draft.path);
        }
        for (const WorkspaceFacts& workspace : sample.rounds[r].workspaces) {
            ++out.workspaces;
            out.workspaces_cut += workspace.truncated ? 1 : 0;
            for (const Cut& cut : workspace.cuts) {
                out.sources_left_out += cut.kept == 0 ? 1 : 0;
                out.tokens_cut += std::max<std::int64_t>(cut.tokens - cut.kept, 0);
                paths.push_back(cut.path);
            }
        }
    }
    out.finals += sample.final ? 1 : 0;
    if (sample.final == Finish::length) {
        ++out.finals_cut;
        paths.emplace_back("final");
    }
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

std::string cuts_note(const SampleFacts& sample, std::size_t calls) {
    return fmt::format("{} {} cut, the answer is {}", calls, calls == 1 ? "call" : "calls",
                       sample.right ? "right" : "wrong");
}

// By problem: right and all, of samples with a cut and of those without.
using CutRows = std::map<std::string, std::array<double, 4>>;

void compare(ContextOverflow& out, const CutRows& rows, const BootstrapOptions& options) {
    Columns columns{4, {}};
    for (const auto& [problem, row] : rows) columns.values.insert(columns.values.end(), row.begin(), row.end());
    const Figures lost = [](std::span<const double> sums, std::span<double> figures) {
        figures[0] = sums[2] / sums[3] - sums[0] / sums[1];
    };
    out.cost = bootstrap(columns, 1, lost, kDifferenceBounds, options).front();
    std::vector<Share> cut;
    std::vector<Share> whole;
    for (const auto& [problem, row] : rows) {
        cut.push_back({row[0], row[1]});
        whole.push_back({row[2], row[3]});
    }
    out.accuracy_cut = ratio(cut, kShareBounds, options);
    out.accuracy_whole = ratio(whole, kShareBounds, options);
}

// No bound is the largest.
std::int64_t size_of(std::int64_t kappa) {
    return kappa <= 0 ? std::numeric_limits<std::int64_t>::max() : kappa;
}

KappaSign sign_of(const KappaPoint& point, const KappaPoint& best) {
    if (!point.to_best || !point.to_best->difference.ci || point.to_best->difference.ci->hi >= 0)
        return KappaSign::fits;
    if (size_of(point.kappa) > size_of(best.kappa)) return KappaSign::too_large;
    const bool smaller = size_of(point.kappa) < size_of(best.kappa);
    return smaller && point.cut_share >= kManyCut ? KappaSign::too_small : KappaSign::fits;
}

}  // namespace

std::string_view ContextOverflow::rule() {
    return "Counted: samples in which a draft or the final call was cut off by its token limit, or a workspace had no "
           "room "
           "for all that was to go into it.";
}

ContextOverflow context_overflow(std::span<const SampleFacts> facts, const BootstrapOptions& options) {
    ContextOverflow out;
    Tally rate;
    CutRows rows;
    for (const SampleFacts* sample : scored_in_order(facts)) {
        ++out.samples;
        std::vector<std::string> paths = count_cuts(out, *sample);
        const bool cut = sample->any_cut();
        rate.add(sample->problem, cut ? 1 : 0);
        auto& row = rows[sample->problem];
        row[cut ? 0 : 2] += sample->right ? 1 : 0;
        row[cut ? 1 : 3] += 1;
        if (!cut) continue;
        ++out.overflowed;
        if (out.evidence.size() >= kMostEvidence) continue;
        std::string note = cuts_note(*sample, paths.size());
        out.evidence.push_back({sample->problem, sample->sample, std::move(paths), std::move(note)});
    }
    out.rate = rate.ratio(options);
    compare(out, rows, options);
    return out;
}

std::string_view name(KappaSign sign) {
    switch (sign) {
        case KappaSign::too_small:
            return "too small";
        case KappaSign::too_large:
            return "too large";
        case KappaSign::fits:
            break;
    }
    return "fits";
}

std::vector<KappaPoint> kappa_signs(std::span<const KappaRun> runs, const BootstrapOptions& options) {
    std::vector<KappaRun> sorted(runs.begin(), runs.end());
    std::sort(sorted.begin(), sorted.end(), [](const KappaRun& a, const KappaRun& b) {
        return std::pair(size_of(a.kappa), a.cut_share) < std::pair(size_of(b.kappa), b.cut_share);
    });
    std::vector<KappaPoint> out;
    std::optional<std::size_t> best;
    for (const KappaRun& run : sorted) {
        KappaPoint point;
        point.kappa = run.kappa;
        point.cut_share = run.cut_share;
        point.accuracy = mean_accuracy(*run.table, options);
        // The smallest of the best: a larger workspace that is no better is not needed.
        if (point.accuracy && (!best || point.accuracy->value > out[*best].accuracy->value)) best = out.size();
        out.push_back(std::move(point));
    }
    if (!best) return out;
    out[*best].best = true;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (i == *best) continue;
        out[i].to_best = paired_difference(*sorted[i].table, *sorted[*best].table, options);
        out[i].sign = sign_of(out[i], out[*best]);
    }
    return out;
}

}  // namespace retort

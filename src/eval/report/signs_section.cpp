// Failure signatures as cards: how often, what it cost, examples to open.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "eval/report/sections.h"
#include "eval/signatures.h"

namespace retort {
namespace {

constexpr std::size_t kMostExamples = 6;
// For evidence alone, whose rules draw nothing.
constexpr BootstrapOptions kNoIntervals{16, 1, 0.95, false};

// ---- examples

// Runs that have rounds to fail in; an oracle's failures are no method's.
std::vector<std::size_t> runs_with_rounds(const ReportLayout& layout) {
    std::vector<std::size_t> out;
    for (std::size_t r = 0; r < layout.tables.size(); ++r)
        if (layout.scored(r) && !layout.run(r).setup.schedule.rounds.empty() && !layout.run(r).setup.oracle())
            out.push_back(r);
    return out;
}

std::size_t problem_of(const ReportLayout& layout, std::size_t run, const std::string& id) {
    const auto& problems = layout.run(run).problems;
    const auto at = std::find_if(problems.begin(), problems.end(),
                                 [&](const EvaluatedProblem& problem) { return problem.id == id; });
    return layout.problem_index[run][static_cast<std::size_t>(at - problems.begin())];
}

// The runs' evidence in turn, so that every run that has some is among the first; a problem once, since the same one
// fails alike under many methods.
ordered_json examples(const ReportLayout& layout, const std::map<std::size_t, std::vector<Evidence>>& evidence) {
    ordered_json out = ordered_json::array();
    std::set<std::string> problems;
    for (std::size_t i = 0; i < kMostEvidence; ++i)
        for (const auto& [run, found] : evidence) {
            if (i >= found.size() || out.size() == kMostExamples) continue;
            const Evidence& one = found[i];
            if (!problems.insert(one.problem).second) continue;
            out.push_back({{"run", run},
                           {"problem", problem_of(layout, run, one.problem)},
                           {"sample", one.sample},
                           {"text", one.note},
                           {"paths", one.paths}});
        }
    return out;
}

template <class Sign>
using Rule = Sign (*)(std::span<const SampleFacts>, const BootstrapOptions&);

template <class Sign>
ordered_json examples_of(const ReportLayout& layout, Rule<Sign> rule) {
    std::map<std::size_t, std::vector<Evidence>> evidence;
    for (const std::size_t run : runs_with_rounds(layout))
        evidence[run] = rule(layout.run(run).facts, kNoIntervals).evidence;
    return examples(layout, evidence);
}

// ---- words

std::string of_words(std::size_t count, std::size_t total) {
    const double share = total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total);
    return fmt::format("{} of {} ({})", count, total, percent(share));
}

std::string change_words(const ReaderAccuracy& readers) {
    if (!readers.change) return "";
    return fmt::format("{} points{}", points(readers.change->value), interval_words(*readers.change));
}

std::string cost_words(const Anchoring& found) {
    if (!found.rate) return "";
    return fmt::format("It took {} points of accuracy{}.", points(found.rate->value), interval_words(*found.rate));
}

std::string cost_words(const VerificationFailure& found) {
    if (!found.cost) return "";
    return fmt::format("{} of samples{} began without a right draft and ended wrong.", percent(found.cost->value),
                       interval_words(*found.cost));
}

// `cost`: whole - cut. Where the cut ones are better, it is they that are above.
std::string cost_words(const ContextOverflow& found) {
    if (!found.cost) return "";
    const Estimate shown = found.cost->value < 0 ? mirrored(*found.cost) : *found.cost;
    return fmt::format(
        "Samples in which something was cut are {} points {} the others{}; hard problems are cut more often.",
        points(shown.value), found.cost->value < 0 ? "above" : "below", interval_words(shown));
}

// ---- facts

class Facts {
  public:
    // Nothing where there is nothing to say.
    void add(const std::string& name, const std::string& value) {
        if (!value.empty()) list_.push_back({{"name", name}, {"value", value}});
    }
    void add(const std::string& name, const std::optional<Estimate>& share) {
        if (share) add(name, percent(share->value) + interval_words(*share));
    }
    ordered_json take() { return std::move(list_); }

  private:
    ordered_json list_ = ordered_json::array();
};

ordered_json facts_of_sign(const Anchoring& found) {
    Facts out;
    out.add("of samples that had a right majority", found.of_right);
    for (const AnchoringRound& round : found.rounds) {
        const auto add = [&](const char* held, const ReaderAccuracy& readers) {
            out.add(fmt::format("after {}, round {}, {} readers", held, round.round, readers.readers),
                    change_words(readers));
        };
        add("wrong candidates only", round.only_wrong);
        add("right and wrong ones", round.mixed);
        add("right ones only", round.only_right);
    }
    return out.take();
}

ordered_json facts_of_sign(const VerificationFailure& found) {
    Facts out;
    out.add("right in the end all the same", found.recovery);
    for (std::size_t i = 0; i < found.recovered_by.size(); ++i)
        out.add(fmt::format("a right draft by round {}", i + 2), found.recovered_by[i]);
    return out.take();
}

ordered_json facts_of_sign(const ContextOverflow& found) {
    Facts out;
    out.add("drafts cut by length", of_words(found.drafts_cut, found.drafts));
    if (found.finals > 0) out.add("final calls cut by length", of_words(found.finals_cut, found.finals));
    if (found.workspaces > 0) {
        out.add("workspaces in which something did not fit", of_words(found.workspaces_cut, found.workspaces));
        out.add("drafts left out of a workspace", fmt::format("{}", found.sources_left_out));
        out.add("tokens that did not fit", token_words(static_cast<double>(found.tokens_cut)));
    }
    return out.take();
}

// ---- cards

struct CardWords {
    const char* name;
    const char* title;
    const char* of;  // what the rate is a share of
};

template <class Sign>
ordered_json card(const ReportLayout& layout, const std::vector<SampleFacts>& facts, Rule<Sign> rule,
                  std::size_t Sign::* count, CardWords words) {
    const Sign found = rule(facts, {});
    return {{"name", words.name},
            {"title", words.title},
            {"rule", Sign::rule()},
            {"rate", estimate_json(found.rate)},
            {"of", words.of},
            {"count", found.*count},
            {"total", found.samples},
            {"cost", cost_words(found)},
            {"facts", facts_of_sign(found)},
            {"examples", examples_of(layout, rule)}};
}

ordered_json signatures(const ReportLayout& layout, const std::vector<SampleFacts>& facts) {
    return ordered_json::array({card(layout, facts, anchoring, &Anchoring::collapsed,
                                     {"anchoring_collapse", "Anchoring collapse", "samples that had a workspace"}),
                                card(layout, facts, verification_failure, &VerificationFailure::failed,
                                     {"verification_failure", "Verification failure", "samples that had a round"}),
                                card(layout, facts, context_overflow, &ContextOverflow::overflowed,
                                     {"context_overflow", "Context overflow", "samples"})});
}

ordered_json faults_of_summaries(const ReportLayout& layout, const std::vector<SampleFacts>& facts) {
    const SummaryFaults found = summary_faults(facts);
    if (found.workspaces == 0) return nullptr;
    return {{"checked", found.workspaces},
            {"invented", found.invented},
            {"lost", found.lost_right},
            {"rule", SummaryFaults::rule()},
            {"examples", examples_of(layout, summary_faults)}};
}

// ---- position

// Places mean the same only among workspaces of the same number of candidates: the most usual number is shown.
ordered_json places_json(const std::vector<PositionCell>& places) {
    ordered_json out = ordered_json::array();
    std::map<int, std::size_t> readers;
    for (const PositionCell& cell : places) readers[cell.of] += cell.readers;
    const auto usual = std::max_element(readers.begin(), readers.end(),
                                        [](const auto& one, const auto& other) { return one.second < other.second; });
    for (const PositionCell& cell : places)
        if (cell.of == usual->first && cell.accuracy)
            out.push_back({{"place", cell.place}, {"count", cell.readers}, {"accuracy", estimate_json(cell.accuracy)}});
    return out;
}

ordered_json lengths_json(const std::vector<LengthCell>& lengths) {
    ordered_json out = ordered_json::array();
    for (const LengthCell& cell : lengths)
        if (cell.accuracy)
            out.push_back({{"from", cell.from},
                           {"to", cell.to + 1},
                           {"count", cell.readers},
                           {"accuracy", estimate_json(cell.accuracy)}});
    return out;
}

ordered_json positions(const std::vector<SampleFacts>& facts) {
    const Position found = position(facts);
    if (found.places.empty() && found.lengths.empty()) return nullptr;
    return {{"by_place", places_json(found.places)}, {"by_length", lengths_json(found.lengths)}};
}

}  // namespace

SignSections sign_sections(const ReportLayout& layout) {
    std::vector<SampleFacts> facts;  // of all runs as one: a problem that several runs have is one cluster
    for (const std::size_t run : runs_with_rounds(layout))
        facts.insert(facts.end(), layout.run(run).facts.begin(), layout.run(run).facts.end());
    return {signatures(layout, facts), faults_of_summaries(layout, facts), positions(facts)};
}

}  // namespace retort

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

// Runs that have rounds to fail in; an oracle's failures are no method's.
std::vector<std::size_t> runs_with_rounds(const ReportLayout& layout) {
    std::vector<std::size_t> out;
    for (std::size_t r = 0; r < layout.tables.size(); ++r)
        if (layout.scored(r) && !layout.run(r).setup.schedule.rounds.empty() && !layout.run(r).setup.oracle())
            out.push_back(r);
    return out;
}

// The facts of these runs as one: a problem that several runs have is one cluster.
std::vector<SampleFacts> pooled(const ReportLayout& layout, const std::vector<std::size_t>& runs) {
    std::vector<SampleFacts> out;
    for (const std::size_t run : runs)
        out.insert(out.end(), layout.run(run).facts.begin(), layout.run(run).facts.end());
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
ordered_json examples_of(const ReportLayout& layout, const std::vector<std::size_t>& runs, Sign sign) {
    std::map<std::size_t, std::vector<Evidence>> evidence;
    for (const std::size_t run : runs) evidence[run] = sign(layout.run(run).facts, kNoIntervals).evidence;
    return examples(layout, evidence);
}

ordered_json fact(const std::string& name, const std::string& value) {
    return {{"name", name}, {"value", value}};
}

void add_fact(ordered_json& facts, const std::string& name, const std::optional<Estimate>& share) {
    if (share) facts.push_back(fact(name, percent(share->value) + interval_words(*share)));
}

ordered_json card(const char* name, const char* title, std::string_view rule) {
    return {{"name", name},
            {"title", title},
            {"rule", rule},
            {"rate", nullptr},
            {"of", ""},
            {"count", 0},
            {"total", 0},
            {"cost", ""},
            {"facts", ordered_json::array()},
            {"examples", ordered_json::array()}};
}

std::string change_words(const ReaderAccuracy& readers) {
    if (!readers.change) return "";
    return fmt::format("{} points{}", points(readers.change->value), interval_words(*readers.change));
}

ordered_json anchoring_card(const ReportLayout& layout, const std::vector<std::size_t>& runs,
                            const std::vector<SampleFacts>& facts) {
    ordered_json out = card("anchoring_collapse", "Anchoring collapse", Anchoring::rule());
    const Anchoring found = anchoring(facts);
    out["rate"] = estimate_json(found.rate);
    out["of"] = "samples that had a workspace";
    out["count"] = found.collapsed;
    out["total"] = found.samples;
    if (found.rate)
        out["cost"] =
            fmt::format("It took {} points of accuracy{}.", points(found.rate->value), interval_words(*found.rate));
    add_fact(out["facts"], "of samples that had a right majority", found.of_right);
    for (const AnchoringRound& round : found.rounds) {
        const auto add = [&](const char* held, const ReaderAccuracy& readers) {
            if (const std::string words = change_words(readers); !words.empty())
                out["facts"].push_back(
                    fact(fmt::format("after {}, round {}, {} readers", held, round.round, readers.readers), words));
        };
        add("wrong candidates only", round.only_wrong);
        add("right and wrong ones", round.mixed);
        add("right ones only", round.only_right);
    }
    out["examples"] = examples_of(layout, runs, [](auto&&... arguments) { return anchoring(arguments...); });
    return out;
}

ordered_json verification_card(const ReportLayout& layout, const std::vector<std::size_t>& runs,
                               const std::vector<SampleFacts>& facts) {
    ordered_json out = card("verification_failure", "Verification failure", VerificationFailure::rule());
    const VerificationFailure found = verification_failure(facts);
    out["rate"] = estimate_json(found.rate);
    out["of"] = "samples that had a round";
    out["count"] = found.failed;
    out["total"] = found.samples;
    if (found.cost)
        out["cost"] = fmt::format("{} of samples{} began without a right draft and ended wrong.",
                                  percent(found.cost->value), interval_words(*found.cost));
    add_fact(out["facts"], "right in the end all the same", found.recovery);
    for (std::size_t i = 0; i < found.recovered_by.size(); ++i)
        add_fact(out["facts"], fmt::format("a right draft by round {}", i + 2), found.recovered_by[i]);
    out["examples"] = examples_of(layout, runs, [](auto&&... arguments) { return verification_failure(arguments...); });
    return out;
}

std::string of_words(std::size_t count, std::size_t total) {
    const double share = total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total);
    return fmt::format("{} of {} ({})", count, total, percent(share));
}

// `cost`: whole - cut. Where the cut ones are better, it is they that are above.
std::string overflow_words(const Estimate& cost) {
    const Estimate shown = cost.value < 0 ? mirrored(cost) : cost;
    return fmt::format(
        "Samples in which something was cut are {} points {} the others{}; hard problems are cut more often.",
        points(shown.value), cost.value < 0 ? "above" : "below", interval_words(shown));
}

ordered_json overflow_card(const ReportLayout& layout, const std::vector<std::size_t>& runs,
                           const std::vector<SampleFacts>& facts) {
    ordered_json out = card("context_overflow", "Context overflow", ContextOverflow::rule());
    const ContextOverflow found = context_overflow(facts);
    out["rate"] = estimate_json(found.rate);
    out["of"] = "samples";
    out["count"] = found.overflowed;
    out["total"] = found.samples;
    if (found.cost) out["cost"] = overflow_words(*found.cost);
    ordered_json& list = out["facts"];
    list.push_back(fact("drafts cut by length", of_words(found.drafts_cut, found.drafts)));
    if (found.finals > 0) list.push_back(fact("final calls cut by length", of_words(found.finals_cut, found.finals)));
    if (found.workspaces > 0) {
        list.push_back(
            fact("workspaces in which something did not fit", of_words(found.workspaces_cut, found.workspaces)));
        list.push_back(fact("drafts left out of a workspace", fmt::format("{}", found.sources_left_out)));
        list.push_back(fact("tokens that did not fit", token_words(static_cast<double>(found.tokens_cut))));
    }
    out["examples"] = examples_of(layout, runs, [](auto&&... arguments) { return context_overflow(arguments...); });
    return out;
}

}  // namespace

ordered_json signatures_json(const ReportLayout& layout) {
    const std::vector<std::size_t> runs = runs_with_rounds(layout);
    const std::vector<SampleFacts> facts = pooled(layout, runs);
    return ordered_json::array({anchoring_card(layout, runs, facts), verification_card(layout, runs, facts),
                                overflow_card(layout, runs, facts)});
}

ordered_json summary_faults_json(const ReportLayout& layout) {
    const std::vector<std::size_t> runs = runs_with_rounds(layout);
    const SummaryFaults found = summary_faults(pooled(layout, runs));
    if (found.workspaces == 0) return nullptr;
    return {{"checked", found.workspaces},
            {"invented", found.invented},
            {"lost", found.lost_right},
            {"rule", SummaryFaults::rule()},
            {"examples", examples_of(layout, runs, [](auto&&... arguments) { return summary_faults(arguments...); })}};
}

ordered_json position_json(const ReportLayout& layout) {
    const Position found = position(pooled(layout, runs_with_rounds(layout)));
    if (found.places.empty() && found.lengths.empty()) return nullptr;
    // Places mean the same only among workspaces of the same number of candidates: the most usual number is shown.
    std::map<int, std::size_t> readers;
    for (const PositionCell& cell : found.places) readers[cell.of] += cell.readers;
    const auto usual = std::max_element(readers.begin(), readers.end(),
                                        [](const auto& one, const auto& other) { return one.second < other.second; });
    ordered_json places = ordered_json::array();
    for (const PositionCell& cell : found.places)
        if (cell.of == usual->first && cell.accuracy)
            places.push_back(
                {{"place", cell.place}, {"count", cell.readers}, {"accuracy", estimate_json(cell.accuracy)}});
    ordered_json lengths = ordered_json::array();
    for (const LengthCell& cell : found.lengths)
        if (cell.accuracy)
            lengths.push_back({{"from", cell.from},
                               {"to", cell.to + 1},
                               {"count", cell.readers},
                               {"accuracy", estimate_json(cell.accuracy)}});
    return {{"by_place", std::move(places)}, {"by_length", std::move(lengths)}};
}

}  // namespace retort

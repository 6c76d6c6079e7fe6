// Tables of an ablation: distillers beside one another, and sizes of the workspace.
#include <algorithm>
#include <map>
#include <tuple>

#include "eval/report/sections.h"
#include "eval/signatures.h"

namespace retort {
namespace {

struct WorkspaceFigures {
    ordered_json tokens = nullptr;  // mean
    ordered_json cut = nullptr;     // share in which something did not fit
};

WorkspaceFigures workspaces_of(const EvaluatedRun& run) {
    double count = 0;
    double tokens = 0;
    double cut = 0;
    for (const SampleFacts& sample : run.facts)
        for (const RoundFacts& round : sample.rounds)
            for (const WorkspaceFacts& workspace : round.workspaces) {
                count += 1;
                tokens += static_cast<double>(workspace.tokens);
                cut += workspace.truncated;
            }
    if (count == 0) return {};
    return {tokens / count, cut / count};
}

double mean_b_seq(const EvaluatedRun& run) {
    return mean_of(run.facts, [](const SampleFacts& one) { return one.budget.b_seq; });
}

// What must be alike for runs to be compared by distiller, and by workspace.
std::tuple<std::string, std::string, std::string, std::int64_t> method_of(const EvaluatedRun& run) {
    const RunSetup& setup = run.setup;
    return {setup.suite_hash, setup.model, setup.schedule.name, setup.think()};
}

ordered_json difference_json(const ReportLayout& layout, std::size_t run, std::size_t to) {
    if (run == to) return nullptr;
    const auto difference = paired_difference(layout.tables[run], layout.tables[to]);
    return difference ? estimate_json(difference->difference) : ordered_json(nullptr);
}

// Runs of one method that have a distiller of the user's choosing, methods in the order of the journals.
std::vector<std::vector<std::size_t>> comparable_runs(const ReportLayout& layout) {
    std::vector<std::vector<std::size_t>> out;
    for (std::size_t r = 0; r < layout.tables.size(); ++r) {
        if (!layout.scored(r) || layout.run(r).setup.distiller().empty()) continue;
        const auto same = std::find_if(out.begin(), out.end(), [&](const std::vector<std::size_t>& group) {
            return method_of(layout.run(group.front())) == method_of(layout.run(r));
        });
        if (same == out.end())
            out.push_back({r});
        else
            same->push_back(r);
    }
    return out;
}

ordered_json distiller_row(const ReportLayout& layout, std::size_t run, std::size_t first) {
    const EvaluatedRun& of = layout.run(run);
    const WorkspaceFigures workspaces = workspaces_of(of);
    const std::string distiller = of.setup.distiller();
    return {{"distiller", distiller},
            {"runs", {run}},
            {"accuracy", estimate_or_zero(mean_accuracy(layout.tables[run]))},
            {"difference", difference_json(layout, run, first)},
            {"b_seq", mean_b_seq(of)},
            {"b_total", mean_of(of.facts, [](const SampleFacts& one) { return one.budget.b_total; })},
            {"workspace_tokens", workspaces.tokens},
            {"workspace_cut", workspaces.cut},
            {"oracle", of.setup.oracle()}};
}

// The sign that a sweep over sizes gives, by run: among runs that keep as many drafts.
std::map<std::size_t, std::string> kappa_notes(const ReportLayout& layout, const std::vector<std::size_t>& runs) {
    std::map<int, std::vector<std::size_t>> by_k;
    for (const std::size_t run : runs) by_k[layout.run(run).setup.k()].push_back(run);
    std::map<std::size_t, std::string> out;
    for (const auto& [k, sweep] : by_k) {
        std::vector<KappaRun> sizes;
        for (const std::size_t run : sweep) {
            const WorkspaceFigures figures = workspaces_of(layout.run(run));
            sizes.push_back({layout.run(run).setup.workspace(), &layout.tables[run],
                             figures.cut.is_null() ? 0.0 : figures.cut.get<double>()});
        }
        for (const KappaPoint& point : kappa_signs(sizes))
            for (const std::size_t run : sweep)
                if (layout.run(run).setup.workspace() == point.kappa && point.sign != KappaSign::fits)
                    out[run] = point.sign == KappaSign::too_small ? "too small" : "too large";
    }
    return out;
}

ordered_json workspace_row(const ReportLayout& layout, std::size_t run, std::size_t first, const std::string& note) {
    const EvaluatedRun& of = layout.run(run);
    const RunSetup& setup = of.setup;
    const WorkspaceFigures workspaces = workspaces_of(of);
    return {{"kappa", setup.workspace() > 0 ? ordered_json(setup.workspace()) : ordered_json(nullptr)},
            {"k", setup.k() > 0 ? ordered_json(setup.k()) : ordered_json(nullptr)},
            {"distiller", setup.distiller()},
            {"run", run},
            {"accuracy", estimate_or_zero(mean_accuracy(layout.tables[run]))},
            {"difference", difference_json(layout, run, first)},
            {"b_seq", mean_b_seq(of)},
            {"workspace_tokens", workspaces.tokens},
            {"workspace_cut", workspaces.cut},
            {"note", note}};
}

// Runs of one group that have the same distiller, by rising size; no bound is the largest.
std::vector<std::vector<std::size_t>> by_distiller(const ReportLayout& layout, const std::vector<std::size_t>& group) {
    std::vector<std::pair<std::string, std::vector<std::size_t>>> found;
    for (const std::size_t run : group) {
        const std::string distiller = layout.run(run).setup.distiller();
        const auto same =
            std::find_if(found.begin(), found.end(), [&](const auto& one) { return one.first == distiller; });
        if (same == found.end())
            found.push_back({distiller, {run}});
        else
            same->second.push_back(run);
    }
    std::vector<std::vector<std::size_t>> out;
    for (auto& [distiller, runs] : found) {
        std::sort(runs.begin(), runs.end(), [&](std::size_t one, std::size_t other) {
            const auto size = [&](std::size_t run) {
                return static_cast<std::uint64_t>(layout.run(run).setup.workspace()) - 1;  // 0 becomes the most
            };
            return std::pair(size(one), one) < std::pair(size(other), other);
        });
        out.push_back(std::move(runs));
    }
    return out;
}

bool sizes_differ(const ReportLayout& layout, const std::vector<std::size_t>& runs) {
    return std::any_of(runs.begin(), runs.end(), [&](std::size_t run) {
        const RunSetup& one = layout.run(run).setup;
        const RunSetup& first = layout.run(runs.front()).setup;
        return one.workspace() != first.workspace() || one.k() != first.k();
    });
}

}  // namespace

ordered_json distillers_json(const ReportLayout& layout) {
    ordered_json out = ordered_json::array();
    for (const std::vector<std::size_t>& group : comparable_runs(layout)) {
        const auto lines = by_distiller(layout, group);
        if (lines.size() < 2) continue;
        for (const std::vector<std::size_t>& runs : lines)
            for (const std::size_t run : runs) out.push_back(distiller_row(layout, run, lines.front().front()));
    }
    return out;
}

ordered_json workspaces_json(const ReportLayout& layout) {
    ordered_json out = ordered_json::array();
    for (const std::vector<std::size_t>& group : comparable_runs(layout))
        for (const std::vector<std::size_t>& runs : by_distiller(layout, group)) {
            if (!sizes_differ(layout, runs)) continue;
            auto notes = kappa_notes(layout, runs);
            for (const std::size_t run : runs) out.push_back(workspace_row(layout, run, runs.front(), notes[run]));
        }
    return out;
}

}  // namespace retort

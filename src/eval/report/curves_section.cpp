// Accuracy against budgets: curves, differences at equal budgets, and the sentence that says what came out.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "eval/pareto.h"
#include "eval/report/sections.h"

namespace retort {
namespace {

constexpr std::array<BudgetAxis, 4> kCurveAxes{BudgetAxis::b_seq, BudgetAxis::b_total, BudgetAxis::b_seq_nominal,
                                               BudgetAxis::seconds};
constexpr std::array<BudgetAxis, 3> kMatchedAxes{BudgetAxis::b_seq, BudgetAxis::b_total, BudgetAxis::b_seq_nominal};
constexpr std::size_t kAllPairsUpTo = 4;  // families; of more, each is compared with the first of its suite only

// Frontier figures by run; runs over other problems have a frontier of their own.
std::vector<std::optional<ParetoPoint>> frontier(const ReportLayout& layout, BudgetAxis axis) {
    std::vector<std::optional<ParetoPoint>> out(layout.tables.size());
    std::set<std::string> suites;
    for (const ReportFamily& family : layout.families) suites.insert(family.suite_hash);
    for (const std::string& suite : suites) {
        std::vector<std::size_t> runs;
        std::vector<const RunTable*> tables;
        for (std::size_t r = 0; r < layout.tables.size(); ++r) {
            if (layout.run(r).setup.suite_hash != suite || !layout.scored(r)) continue;
            runs.push_back(r);
            tables.push_back(&layout.tables[r]);
        }
        const ParetoSet set = pareto(tables, axis);
        for (std::size_t i = 0; i < set.points.size() && set.problems > 0; ++i) out[runs[i]] = set.points[i];
    }
    return out;
}

struct MeasuredPoint {
    std::size_t run = 0;
    double x = 0;
};

std::vector<MeasuredPoint> measured(const ReportLayout& layout, const ReportFamily& family, BudgetAxis axis) {
    std::vector<MeasuredPoint> out;
    for (const std::size_t run : family.runs) {
        if (!layout.scored(run)) continue;
        const auto axis_index = static_cast<std::size_t>(axis);
        const double x = mean_of(layout.tables[run].problems,
                                 [&](const ProblemTable& problem) { return problem.budget[axis_index]; });
        if (x > 0) out.push_back({run, x});
    }
    std::sort(out.begin(), out.end(), [](const MeasuredPoint& one, const MeasuredPoint& other) {
        return std::pair(one.x, one.run) < std::pair(other.x, other.run);
    });
    return out;
}

ordered_json curve_json(const ReportLayout& layout, BudgetAxis axis) {
    const auto on_frontier = frontier(layout, axis);
    ordered_json families = ordered_json::array();
    for (std::size_t f = 0; f < layout.families.size(); ++f) {
        ordered_json drawn = ordered_json::array();
        for (const MeasuredPoint& point : measured(layout, layout.families[f], axis)) {
            const auto& front = on_frontier[point.run];
            drawn.push_back({{"run", point.run},
                             {"x", point.x},
                             {"accuracy", estimate_or_zero(mean_accuracy(layout.tables[point.run]))},
                             {"pareto", front && front->on_frontier},
                             {"on_frontier", front ? number(front->frequency) : ordered_json(nullptr)}});
        }
        if (!drawn.empty()) families.push_back({{"family", f}, {"points", std::move(drawn)}});
    }
    return {{"axis", axis_key(axis)}, {"families", std::move(families)}};
}

std::size_t shared_problems(const Family& a, const Family& b) {
    std::set<std::string_view> ids;
    for (const ProblemTable& problem : a.front()->problems) ids.insert(problem.problem);
    return static_cast<std::size_t>(
        std::count_if(b.front()->problems.begin(), b.front()->problems.end(),
                      [&](const ProblemTable& problem) { return ids.contains(problem.problem); }));
}

struct FamilyPair {
    std::size_t a = 0;
    std::size_t b = 0;  // comes first in the report: the baseline
};

std::vector<FamilyPair> pairs_of(const ReportLayout& layout) {
    std::vector<FamilyPair> out;
    const auto& families = layout.families;
    for (std::size_t b = 0; b < families.size(); ++b)
        for (std::size_t a = b + 1; a < families.size(); ++a) {
            const auto same_suite = [&](const ReportFamily& family) {
                return family.suite_hash == families[a].suite_hash;
            };
            const auto first = std::find_if(families.begin(), families.end(), same_suite);
            const bool is_first = first == families.begin() + static_cast<std::ptrdiff_t>(b);
            if (same_suite(families[b]) && (is_first || families.size() <= kAllPairsUpTo)) out.push_back({a, b});
        }
    return out;
}

ordered_json headline(std::string text, const std::optional<Estimate>& estimate, const char* kind) {
    return {{"text", std::move(text)},
            {"estimate", estimate_json(estimate)},
            {"kind", kind},
            {"axis", nullptr},
            {"at", nullptr}};
}

// "7.4 points above long CoT (3.1 to 11.6)".
std::string compared_words(const Estimate& difference, const std::string& other) {
    const char* way = difference.value < 0 ? "below" : "above";
    const Estimate shown = difference.value < 0 ? mirrored(difference) : difference;
    return fmt::format("{} points {} {}{}", points(shown.value), way, other, interval_words(shown));
}

ordered_json matched_headline(const ReportLayout& layout, const FamilyDifference& one) {
    const MatchedDifference& matched = one.matched;
    const std::string compared = compared_words(matched.difference, layout.families[one.b].label);
    const std::string at = fmt::format("{} {}", axis_words(matched.axis), budget_words(matched.axis, matched.budget));
    ordered_json out = headline(fmt::format("At {}, {} is {}", at, layout.families[one.a].label, compared),
                                matched.difference, "difference");
    out["axis"] = axis_key(matched.axis);
    out["at"] = matched.budget;
    return out;
}

double b_seq_of(const ReportLayout& layout, std::size_t run) {
    return mean_of(layout.run(run).facts, [](const SampleFacts& one) { return one.budget.b_seq; });
}

// The run of the family with the largest B_seq.
std::size_t largest_run(const ReportLayout& layout, const ReportFamily& family) {
    return *std::max_element(family.runs.begin(), family.runs.end(), [&](std::size_t one, std::size_t other) {
        return b_seq_of(layout, one) < b_seq_of(layout, other);
    });
}

// Families that were never measured at the same budget: the sentence names both budgets.
std::optional<ordered_json> unmatched_headline(const ReportLayout& layout, const FamilyPair& pair) {
    const std::size_t a = largest_run(layout, layout.families[pair.a]);
    const std::size_t b = largest_run(layout, layout.families[pair.b]);
    const auto difference = paired_difference(layout.tables[a], layout.tables[b]);
    if (!difference) return std::nullopt;
    const std::string other =
        fmt::format("{} at {}", layout.families[pair.b].label, budget_words(BudgetAxis::b_seq, b_seq_of(layout, b)));
    const std::string compared = compared_words(difference->difference, other);
    return headline(fmt::format("At different B_seq, not matched: {} at {} is {}", layout.families[pair.a].label,
                                budget_words(BudgetAxis::b_seq, b_seq_of(layout, a)), compared),
                    difference->difference, "difference");
}

// The pair that the headline is about: long chain of thought, or what comes first, against PDR, or what comes last.
std::optional<FamilyPair> headline_pair(const ReportLayout& layout) {
    std::optional<FamilyPair> out;
    for (const FamilyPair& pair : pairs_of(layout)) {
        const bool scored =
            !layout.tables_of(layout.families[pair.a]).empty() && !layout.tables_of(layout.families[pair.b]).empty();
        if (!scored || pair.b != (out ? out->b : pair.b)) continue;
        if (!out || layout.families[out->a].name != "pdr") out = pair;
    }
    return out;
}

// The pair's difference at the largest budget of this axis; null where they are not matched on it.
const FamilyDifference* largest_on(const std::vector<FamilyDifference>& differences, const FamilyPair& pair,
                                   BudgetAxis axis) {
    const FamilyDifference* out = nullptr;
    for (const FamilyDifference& one : differences) {
        const bool about = one.a == pair.a && one.b == pair.b && one.matched.axis == axis;
        if (about && (out == nullptr || one.matched.budget > out->matched.budget)) out = &one;
    }
    return out;
}

ordered_json mean_headline(const ReportLayout& layout) {
    for (std::size_t r = 0; r < layout.tables.size(); ++r) {
        const auto mean = mean_accuracy(layout.tables[r]);
        if (!mean) continue;
        const EvaluatedRun& run = layout.run(r);
        const std::string where = run.setup.suite.empty() ? "this problem" : run.setup.suite;
        ordered_json out =
            headline(fmt::format("{} solves {} of {}{} at B_seq {}", layout.labels[r], percent(mean->value), where,
                                 interval_words(*mean), budget_words(BudgetAxis::b_seq, b_seq_of(layout, r))),
                     mean, "mean");
        out["axis"] = axis_key(BudgetAxis::b_seq);
        out["at"] = b_seq_of(layout, r);
        return out;
    }
    return headline("Nothing here is scored: the problems have no answers to judge by", std::nullopt, "none");
}

}  // namespace

ordered_json curves_json(const ReportLayout& layout) {
    ordered_json out = ordered_json::array();
    for (const BudgetAxis axis : kCurveAxes) {
        ordered_json curve = curve_json(layout, axis);
        if (!curve["families"].empty()) out.push_back(std::move(curve));
    }
    return out;
}

std::vector<FamilyDifference> family_differences(const ReportLayout& layout) {
    std::vector<FamilyDifference> out;
    for (const FamilyPair& pair : pairs_of(layout)) {
        const Family a = layout.tables_of(layout.families[pair.a]);
        const Family b = layout.tables_of(layout.families[pair.b]);
        if (a.empty() || b.empty()) continue;
        for (const BudgetAxis axis : kMatchedAxes)
            for (const MatchedDifference& one : matched_differences(a, b, axis))
                out.push_back({pair.a, pair.b, one, shared_problems(a, b)});
    }
    return out;
}

ordered_json differences_json(const std::vector<FamilyDifference>& differences) {
    ordered_json out = ordered_json::array();
    for (const FamilyDifference& one : differences)
        out.push_back({{"axis", axis_key(one.matched.axis)},
                       {"at", one.matched.budget},
                       {"a", one.a},
                       {"b", one.b},
                       {"accuracy_a", one.matched.a},
                       {"accuracy_b", one.matched.b},
                       {"difference", estimate_or_zero(one.matched.difference)},
                       {"paired_problems", one.problems}});
    return out;
}

ordered_json headline_json(const ReportLayout& layout, const std::vector<FamilyDifference>& differences) {
    const auto pair = headline_pair(layout);
    if (!pair) return mean_headline(layout);
    // Where the two were never measured at the same B_seq, another axis on which they were says more than no match.
    for (const BudgetAxis axis : kMatchedAxes)
        if (const FamilyDifference* largest = largest_on(differences, *pair, axis))
            return matched_headline(layout, *largest);
    return unmatched_headline(layout, *pair).value_or(mean_headline(layout));
}

}  // namespace retort

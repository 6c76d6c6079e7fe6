// The parts of the page's data (web/report/src/data.ts, version 1), each from the layout and the statistics. Pure; the
// journals are not read. Not public.
#pragma once

#include <string>
#include <vector>

#include "eval/report/figures.h"
#include "eval/report/layout.h"

namespace retort {

// Calls of a run, as far as the results of its samples tell.
struct CallCounts {
    std::int64_t looked_at = 0;  // drafts, distillers' and final calls
    std::int64_t cut = 0;        // of them, by length
    std::int64_t completed = 0;
    std::int64_t failed = 0;
    bool estimated = false;  // some figure was not reported by a server or a tokenizer

    double truncated() const { return looked_at > 0 ? static_cast<double>(cut) / static_cast<double>(looked_at) : 0; }
};
CallCounts count_calls(const EvaluatedRun& run);

ordered_json families_json(const ReportLayout& layout);
ordered_json runs_json(const ReportLayout& layout);
ordered_json problems_json(const ReportLayout& layout);

ordered_json curves_json(const ReportLayout& layout);

// Two families at equal budgets. Read once, since every one is a bootstrap.
struct FamilyDifference {
    std::size_t a = 0;  // families; the difference is a - b
    std::size_t b = 0;
    MatchedDifference matched;
    std::size_t problems = 0;  // that both have
};
std::vector<FamilyDifference> family_differences(const ReportLayout& layout);
ordered_json differences_json(const std::vector<FamilyDifference>& differences);

// The sentence at the top. Two families of one suite: their difference at the largest B_seq at which both were
// measured, which no look at the results has chosen; else the mean of the first run.
ordered_json headline_json(const ReportLayout& layout, const std::vector<FamilyDifference>& differences);

ordered_json distillers_json(const ReportLayout& layout);
ordered_json workspaces_json(const ReportLayout& layout);

// Read together, over the facts of all runs that have rounds.
struct SignSections {
    ordered_json signatures;
    ordered_json summary_faults;  // null: no workspace was written by a model
    ordered_json position;        // null: nothing can be told
};
SignSections sign_sections(const ReportLayout& layout);

// What must be known before the headline is believed, the gravest first.
ordered_json warnings_json(const ReportLayout& layout);

}  // namespace retort

// What one sample of one problem came to: the typed form of a "result" event of a journal. Statistics, signatures,
// reports and exports work on these alone. Plain values; units are tokens and seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/completion.h"
#include "base/error.h"
#include "budget/ledger.h"
#include "distill/workspace.h"
#include "verify/verdict.h"

namespace retort {

struct DraftRecord {
    std::string path;  // "r1.d0"
    std::optional<std::string> answer;
    Finish finish = Finish::error;
    bool has_solution = false;
    std::optional<Verdict> verdict;  // none: not judged, or no solution
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
    double wall_s = 0;

    bool right() const { return verdict == Verdict::equal; }
};

// A distiller's call, or the final one.
struct CallRecord {
    std::string path;
    Finish finish = Finish::error;
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
};

struct RoundRecord {
    int width = 0;
    std::vector<DraftRecord> drafts;
    std::vector<Workspace> workspaces;  // made from these drafts, for the next step
    std::vector<CallRecord> calls;      // that made them; empty in results that do not tell
    bool stopped_early = false;
    std::optional<std::int64_t> b_seq;  // tokens on the heaviest path to any of these drafts; none: not told
};

struct SampleRecord {
    std::string problem;  // id
    int sample = 0;       // 0, 1, ...
    std::optional<std::string> answer;
    std::string text;                // the solution that holds the answer
    std::optional<Verdict> verdict;  // none: not judged
    std::optional<std::string> error;
    BudgetTotals budget;
    double wall_s = 0;
    std::vector<RoundRecord> rounds;
    std::optional<CallRecord> final;
    std::vector<std::string> warnings;

    // An unfinished, unanswered or unknown sample counts as wrong.
    bool right() const { return verdict == Verdict::equal; }
};

// From the body of a "result" event (operator/result_json.h). The error says what is wrong with it.
Outcome<SampleRecord> sample_record(const std::string& problem, int sample, const std::string& body_json);

}  // namespace retort

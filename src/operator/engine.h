// The engine: one problem, one answer, by any policy, on any models. This is the loop that every method runs in.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.h"
#include "budget/ledger.h"
#include "model/language_model.h"
#include "operator/draft_task.h"
#include "operator/policy.h"
#include "operator/prompts.h"
#include "operator/run_view.h"

namespace retort {

struct SamplingSettings {
    double temperature = 1.0;
    double top_p = 1.0;
    bool logprobs = false;
};

struct BudgetSettings {
    std::optional<std::int64_t> seq;    // B_seq of the answer may not exceed this, tokens
    std::optional<std::int64_t> total;  // nor B_total this
};

struct RunSettings {
    std::uint64_t seed = 0;
    int sample = 0;
    SamplingSettings sampling;
    BudgetSettings budget;
};

// Models by name, and which of them a role uses. Not owned; all must outlive the run.
struct Models {
    std::map<std::string, LanguageModel*> by_name;
    std::string main;  // drafts; also every role whose name is empty
    std::string distil;
    std::string judge;
    std::string final;
};

// What happens, as it happens; the display and the journal listen. Called on the loop's thread; default: nothing.
class RunObserver {
  public:
    virtual ~RunObserver() = default;
    virtual void round_started(int round, const Round& /*spec*/) { (void)round; }
    virtual void call_started(const Place& place) { (void)place; }
    virtual void call_delta(const Place& place, const Delta& delta) { (void)place, (void)delta; }
    virtual void call_landed(const Place& place, const Completion& completion) { (void)place, (void)completion; }
    virtual void draft_landed(int round, std::size_t index, const Draft& draft) {
        (void)round, (void)index, (void)draft;
    }
    virtual void workspace_made(int round, const Workspace& workspace) { (void)round, (void)workspace; }
    virtual void finish_started(const FinishStep& finish) { (void)finish; }
    virtual void warned(const std::string& warning) { (void)warning; }
    virtual void spent(const BudgetTotals& totals) { (void)totals; }
};

// Collaborators, handed in once. `task` is how a draft is made: one call unless told otherwise.
struct EngineDependencies {
    Models models;
    const PromptSet* prompts = nullptr;
    const DraftTask* task = nullptr;                                    // null: one call a draft
    RunObserver* observer = nullptr;                                    // null: nobody listens
    std::shared_ptr<const std::vector<std::string>> headers = nullptr;  // of every call: CompletionRequest::headers
};

struct FinalCall {
    std::string path;
    Finish finish = Finish::error;
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
};

// What a call of the judge said.
struct JudgeCall {
    std::string path;
    std::vector<std::string> read;     // paths of the drafts that it read, in the order in which they stood
    std::optional<double> score;       // best: 0..100; none: no score that could be read
    std::optional<std::string> chose;  // tournament: path of a draft; none: no vote that could be read
};

// How the judge came to the answer.
struct Choice {
    std::string draft;  // path of the winner; empty: none, the drafts voted instead
    std::vector<JudgeCall> calls;
};

struct RunResult {
    std::optional<std::string> answer;
    std::string text;                // the solution that holds the answer
    std::optional<Verdict> verdict;  // where the problem has a reference
    std::optional<Error> error;      // the run did not come to its end
    BudgetTotals budget;
    std::vector<RoundState> rounds;
    std::optional<FinalCall> final;  // where the finish is one call
    std::optional<Choice> choice;    // where a judge decides
    std::vector<std::string> warnings;
};

// A budget that is too small for any answer. In tokens.
struct BudgetShortfall {
    std::string_view option;  // "--budget-seq"
    std::int64_t given = 0;
    std::int64_t smallest = 0;  // that would do
};

// The error that a run with it ends with.
Error too_small(const BudgetShortfall& shortfall);

// Whether the budgets can do at all, as run_operator finds before its first call: none when they can. Tokens of prompts
// are counted, nothing is asked.
Task<std::optional<BudgetShortfall>> budget_shortfall(Problem problem, std::shared_ptr<const Policy> policy,
                                                      RunSettings settings, EngineDependencies dependencies);

// Runs to the end. Never throws for what models do: `error` says how a run failed, and everything until then is kept.
Task<RunResult> run_operator(Problem problem, std::shared_ptr<const Policy> policy, RunSettings settings,
                             EngineDependencies dependencies, std::stop_token stop);

}  // namespace retort

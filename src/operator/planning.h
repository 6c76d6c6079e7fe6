// How much each call may write when budgets bind: the stages still to come, estimated from above. Not public.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "budget/limits.h"
#include "operator/caller.h"

namespace retort {

// A step of the run that is about to start, or is still to come.
struct PlannedStep {
    std::int64_t width = 1;
    std::string prompt;  // template
    std::string model;
    std::int64_t think = 0;
    std::int64_t max_answer = 0;
    std::int64_t reads = 0;  // tokens of workspace in its prompt, an upper bound
    Candidates candidates;   // solutions in its prompt, not bounded by a workspace
};

enum class Distilled { not_yet, done };

// Drafts of a round, or the calls of the finish, and before each the distiller's calls: in the order in which they will
// run. `from` is the round whose drafts are there already (none at the start), `distilled` whether its distiller has
// run.
std::vector<PlannedStep> planned_steps(const RunState& run, const Round* from, const Decision& next,
                                       const Schedule& rest, Distilled distilled);

// The calls of a finish that the judge decides, from now on: one step for each level that is left when so many drafts
// of the round are.
std::vector<PlannedStep> judge_steps(const RunState& run, const FinishStep& finish, const Round& from,
                                     std::int64_t drafts);

// The template of a distiller's calls.
std::string distil_prompt(const Distil& distil);

// Values for every placeholder, when a prompt is rendered for its length only.
std::map<std::string, std::string> empty_values();

// What a call may write, in tokens: no limit when no budget binds.
struct Allowed {
    std::optional<std::int64_t> most;
    std::optional<BudgetShortfall> shortfall;  // it must not be made
};

// Of a call with this prompt (none: not known yet) and these parents, as the first of the steps.
Task<Allowed> allowed(RunState& run, std::vector<PlannedStep> steps, std::optional<std::vector<Message>> prompt,
                      std::vector<NodeId> parents);

// The same, with a shortfall as the error that tells it.
Task<Outcome<std::optional<std::int64_t>>> allowance(RunState& run, std::vector<PlannedStep> steps,
                                                     std::optional<std::vector<Message>> prompt,
                                                     std::vector<NodeId> parents);

}  // namespace retort

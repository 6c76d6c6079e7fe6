// A method as data: a schedule of rounds and a finish, run by one loop (DESIGN: "One idea carries the product").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "distill/distiller.h"

namespace retort {

// How the drafts of a round become what the next step reads.
struct Distil {
    DistillerKind kind = DistillerKind::none;
    int k = 2;                      // drafts that a top-k or random-k keeps, answers to a part
    std::int64_t workspace = 2048;  // kappa: bound in tokens; 0: none
    std::string prompt;             // template name; empty: the distiller's own
    std::int64_t think = 8192;      // thinking budget of the distiller's own calls
    std::int64_t max_answer = 2048;
    std::string model;  // empty: the run's distil model
};

struct Round {
    int width = 1;                   // drafts side by side (M_r)
    std::string prompt = "refine";   // template when there is a workspace; without one it is "draft"
    std::int64_t think = 8192;       // thinking budget of a draft, tokens
    std::int64_t max_answer = 2048;  // tokens after the thinking
    int quorum = 1;                  // drafts with a solution that the round needs
    std::string model;               // empty: the run's model
    Distil distil;
};

enum class FinishKind {
    call,        // one more call reads the workspace; its solution is the answer
    vote,        // the answer that most drafts of the last round give; no call
    vote_parts,  // the same for each part of the answer; no call
    best,        // a judge scores each draft of the last round; the highest score wins
    tournament,  // a judge compares groups of drafts, level by level, until one is left
};

// As operator files write it: "call", "vote", "vote-parts", "best", "tournament".
std::string_view name(FinishKind kind);
std::optional<FinishKind> finish_kind_from(std::string_view name);

// Whether the drafts' answers are counted.
bool is_vote(FinishKind kind);

// Whether calls of the judge decide.
bool is_judged(FinishKind kind);

struct FinishStep {
    FinishKind kind = FinishKind::call;
    std::string prompt = "refine";  // of its calls; see finish_prompt() for the usual one of each kind
    std::int64_t think = 8192;
    std::int64_t max_answer = 2048;
    std::string model;  // empty: the run's final model; its judge's, where a judge decides
    int group = 2;      // tournament: drafts that are compared at once (G), at least 2
    int votes = 1;      // tournament: calls that vote on each group (V)
};

// The template that a finish of this kind uses unless told otherwise.
std::string_view finish_prompt(FinishKind kind);

// Calls of the finish over so many drafts: one number for each stage, stages one after another. A draft that is left
// over when a tournament forms its groups passes free.
std::vector<std::int64_t> finish_calls(const FinishStep& finish, std::int64_t drafts);

struct Schedule {
    std::string name;  // canonical spelling ("pdr:8,4"), or the operator file's name
    std::vector<Round> rounds;
    FinishStep finish;
};

// What users set for every round of an operator that is named in short.
struct StepDefaults {
    DistillerKind distiller = DistillerKind::summary;
    int k = 2;
    std::int64_t workspace = 2048;
    std::int64_t think = 8192;
    std::int64_t max_answer = 2048;
};

// An operator in short: "cot", "sr:3", "sr:3,analysis", "pdr:8,4", "vote:16", "vote:16,parts", "best:16",
// "rsa:16,4,10", "pacore:32,4", "tournament:16,2,4". The error names the position in the text, what was expected and
// what was found.
Outcome<Schedule> parse_operator(const std::string& text, const StepDefaults& defaults);

// Whether this is the name of a method, alone or before a colon: "pdr" and "pdr:x", not "pdr-7b".
bool begins_with_method(std::string_view text);

// The same with the name of a method that is one edit away, where that is an operator: "pdr:2" of "pdrr:2". Empty: none
// is.
std::string nearest_operator(const std::string& text);

// Options that the named operator does not use, for a warning: any of "distiller", "k", "workspace".
std::vector<std::string> unused_options(const Schedule& schedule);

bool needs_reference(const Schedule& schedule);

// Whether calls of the judge decide its finish.
bool asks_judge(const Schedule& schedule);

// Names of models that the schedule itself asks for.
std::vector<std::string> models_of(const Schedule& schedule);

// The whole schedule as a JSON object in canonical order: part of what the run's id is made of.
std::string to_json(const Schedule& schedule);

// The other way. The error says what is wrong with it.
Outcome<Schedule> schedule_from_json(const std::string& text);

// What the schedule will ask for at most, repairs and retries apart; every draft has a solution.
struct CallPlan {
    int rounds = 0;  // draft rounds, the finish apart
    std::int64_t calls = 0;
    std::int64_t sequential = 0;       // calls on the longest path
    std::int64_t most_tokens_out = 0;  // sum of all calls' limits
    std::int64_t b_seq_nominal = 0;    // thinking budgets on the longest path
};
CallPlan plan_calls(const Schedule& schedule);

}  // namespace retort

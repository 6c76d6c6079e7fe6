// What statistics and signatures need of a sample, without its texts: a hundred thousand fit in memory. Plain values;
// any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "eval/sample_record.h"
#include "verify/kind.h"

namespace retort {

// The verifier of a problem by its id; null: not known, then answers are compared as spelled and nothing is judged.
using VerifierOf = std::function<const Verifier*(const std::string& problem)>;

enum class Candidate { right, wrong, unknown };

// An answer that a workspace shows, in the order of the text.
struct HeldAnswer {
    std::string path;  // of the draft that gave it; empty: none did
    std::string answer;
    Candidate state = Candidate::unknown;
};

struct WorkspaceFacts {
    std::string distiller;
    std::int64_t tokens = 0;
    bool empty = false;                // readers started from the problem alone
    bool truncated = false;            // something did not fit
    std::vector<Cut> cuts;             // what became of it
    std::vector<std::string> read_by;  // paths
    // Sources that it holds, or, of a text that a model wrote, the answers that it states.
    std::vector<HeldAnswer> held;
    bool written = false;               // by a model: the three below can happen
    std::vector<std::string> invented;  // answers stated in it that no draft gave
    bool had_right = false;             // a draft that it was written from was right
    bool lost_right = false;            // ... and the workspace does not state that answer

    bool holds(Candidate state) const;
};

struct DraftFacts {
    std::string path;
    Finish finish = Finish::error;
    int group = -1;  // answers of the round that are the same have the same number, from 0 by first draft; -1: none
    bool right = false;
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;

    // Cancelled since the policy had seen enough: it says nothing about the model.
    bool counts() const { return finish != Finish::cancelled; }
};

struct DistillerCallFacts {
    Finish finish = Finish::error;
    std::int64_t tokens_out = 0;
};

struct RoundFacts {
    std::vector<DraftFacts> drafts;
    std::vector<WorkspaceFacts> workspaces;
    std::vector<DistillerCallFacts> calls;
    std::optional<std::int64_t> b_seq;  // tokens on the heaviest path to any of the drafts; none: not recorded
    bool majority_right = false;        // the answer with most votes, ties by the first draft; false without answers
    int answers = 0;                    // different ones
};

struct SampleFacts {
    std::string problem;
    int sample = 0;
    bool scored = true;  // false: the problem has nothing to judge by; statistics leave it out
    bool right = false;
    bool failed = false;  // ended with an error
    std::optional<std::string> answer;
    BudgetTotals budget;
    double wall_s = 0;
    std::vector<RoundFacts> rounds;
    std::optional<Finish> final;  // how the final call ended, where there is one

    bool any_cut() const;  // a draft, the final call or a workspace did not fit
};

// `verifier` null: not known (see VerifierOf). Calls judge() only where it is quick.
SampleFacts facts_of(const SampleRecord& record, const Verifier* verifier);

}  // namespace retort

// A run so far: what a policy, the display and the result see.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "budget/ledger.h"
#include "distill/workspace.h"
#include "operator/schedule.h"
#include "verify/kind.h"

namespace retort {

// What a client has said so far. A prompt is this, with the template's words around the problem in the last message of
// the user, and no other byte changed.
struct Conversation {
    std::vector<Message> messages;
    std::size_t asked = 0;  // which of them holds the problem
    // Of calls beyond messages and limits: see CompletionRequest::extra. The final call is made as the client wants it;
    // the calls before it know of tools, but none of them calls one.
    std::shared_ptr<const std::string> for_final;
    std::shared_ptr<const std::string> for_others;
};

struct Problem {
    std::string id;
    std::string text;
    std::optional<std::string> reference;                // the answer, where it is known
    std::shared_ptr<const Verifier> verifier = nullptr;  // finds and judges answers; null: maths against the reference
    std::shared_ptr<const Conversation> conversation = nullptr;  // in which it is asked; null: it stands alone
};

// A landed draft.
struct Draft {
    std::string path;     // path of its (last) call
    bool landed = false;  // false: still under way
    bool has_solution = false;
    std::string solution;  // what follows the reasoning
    std::optional<std::string> answer;
    std::optional<Verdict> verdict;  // where the problem has a reference
    Completion completion;           // of its last call
    std::optional<NodeId> node;      // its last call in the ledger
};

// A call of a distiller: a summary, a selection, an analysis.
struct DistillerCall {
    std::string path;
    Finish finish = Finish::error;
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
};

struct RoundState {
    Round spec;
    std::vector<Draft> drafts;          // by index, whatever the order of landing
    std::vector<Workspace> workspaces;  // made from these drafts, for the next step
    std::vector<DistillerCall> calls;   // that made them, by path
    bool stopped_early = false;         // the policy had seen enough
    std::int64_t b_seq = 0;             // tokens on the heaviest path to any of these drafts
};

struct RunView {
    const Problem* problem = nullptr;
    std::vector<RoundState> rounds;
    BudgetTotals spent;  // b_seq: of what the drafts of the last round have read and written

    // Drafts of the last round that are still under way.
    int outstanding() const;
};

// An answer's votes, most first; ties in the order of the first draft that gave it.
struct AnswerCount {
    std::string answer;  // as the first draft spelled it
    std::vector<std::size_t> drafts;
};
// By the problem's verifier; null: by maths.
std::vector<AnswerCount> count_answers(const std::vector<Draft>& drafts, const Verifier* verifier = nullptr);

// For each part of the problem the answers that drafts gave to it, counted likewise. None where an answer is one whole.
std::vector<std::vector<AnswerCount>> count_part_answers(const std::vector<Draft>& drafts, const Verifier& verifier);

}  // namespace retort

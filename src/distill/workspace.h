// The workspace: what one round hands to the next, bounded in tokens, rebuilt each round (PAPER: |C| <= kappa).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/language_model.h"

namespace retort {

// A draft's contribution. Only solutions get here, never reasoning.
struct Source {
    int draft = 0;     // index in its round
    std::string path;  // the call's path
    std::string text;
    std::optional<std::string> answer = std::nullopt;  // found in it
};

// What became of a source that did not fit whole.
struct Cut {
    std::string path;
    std::int64_t tokens = 0;  // tokens of the source
    std::int64_t kept = 0;    // tokens of it in the workspace; 0: left out
    friend bool operator==(const Cut&, const Cut&) = default;
};

struct Workspace {
    std::string text;  // empty: there is none, readers start from the problem alone
    std::int64_t tokens = 0;
    bool exact = true;                 // counted by the reading model's tokenizer
    bool truncated = false;            // something did not fit
    std::string distiller;             // the distiller that made it, a fallback's name included
    std::vector<std::string> sources;  // paths of the calls that it holds or was written from
    std::vector<std::string> read_by;  // paths of the calls that read it
    std::vector<Cut> cuts;
};

// Counts by the reading model's tokenizer.
using CountTokens = std::function<Task<TokenCount>(std::string)>;

// Puts whole solutions in first, in the order given; then what did not fit is cut at a sentence end and fills what is
// left; the rest is left out. The text keeps the order given. kappa <= 0: no bound.
Task<Workspace> assemble_workspace(std::vector<Source> sources, std::int64_t kappa, CountTokens count);

// A text that a model wrote as the workspace, cut at a sentence end (at a word's end where no sentence fits) when
// it is over the bound.
Task<Workspace> bound_workspace(std::string text, std::int64_t kappa, CountTokens count);

// One line a draft with its final answer; a draft without an answer is left out.
std::vector<Source> conclusions_of(const std::vector<Source>& drafts);

// Candidates as a selecting or summarising model reads them: numbered from 1.
std::string number_candidates(const std::vector<Source>& drafts);

}  // namespace retort

// From what the user asked to what the model reads: a model that knows one kind of problem alone is asked in its words.
#pragma once

#include <optional>
#include <string>

#include "operator/prompts.h"
#include "operator/run_view.h"

namespace retort {

struct AskedProblem {
    Problem problem;
    std::string asked;  // in the user's words, where the model is asked in others; else empty
    std::string line;   // a problem of a kind: its line, from which its verifier comes; else empty

    const std::string& shown() const { return asked.empty() ? problem.text : asked; }
};

// "p-" and twelve digits of the text's SHA-256.
std::string problem_id(const std::string& text);

struct ScopedProblem {
    AskedProblem asked;
    std::string beyond;  // what of it the model has no words for, and what it has; empty: nothing
};

// The problem for a model of this prompt set's scope; without one as it was asked.
ScopedProblem scoped_problem(const std::string& text, const std::optional<std::string>& reference,
                             const PromptSet& prompts, const std::string& model);

// Whether the model has no words for this problem.
bool is_beyond(const Scope& scope, const std::string& text);

// "Countdown with 4 whole numbers from 1 to 15 and a target from 10 to 60"
std::string scope_words(const Scope& scope);

}  // namespace retort

// From what the user asked to what the model reads: a model that knows one kind of problem alone is asked in its words.
#pragma once

#include <optional>
#include <string>

#include "cli/run_config.h"
#include "eval/suite.h"
#include "operator/prompts.h"

namespace retort::cli {

struct ScopedProblem {
    AskedProblem asked;
    std::string beyond;  // what of it the model has no words for, and what it has; empty: nothing
};

// The problem for a model of this prompt set's scope; without one as it was asked.
ScopedProblem scoped_problem(const std::string& text, const std::optional<std::string>& reference,
                             const PromptSet& prompts, const std::string& model);

// How many of the suite's problems the model has no words for.
std::size_t beyond_scope(const Suite& suite, const std::optional<Scope>& scope);

// "Countdown with 4 whole numbers from 1 to 15 and a target from 10 to 60"
std::string scope_words(const Scope& scope);

}  // namespace retort::cli

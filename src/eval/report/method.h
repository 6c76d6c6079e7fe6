// What a run was asked to do, as reports tell it: read from the configuration that its journal keeps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace retort {

// One round of the method. Units are tokens.
struct MethodRound {
    int width = 0;
    std::int64_t think = 0;
    std::int64_t max_answer = 0;
    std::string distiller;  // "none" where nothing is handed on
    int k = 0;
    std::int64_t workspace = 0;  // kappa; 0: no bound
};

struct Method {
    std::string name;    // canonical: "pdr:8,4", or an operator file's name
    std::string family;  // what stands before the colon: "pdr"
    std::vector<MethodRound> rounds;
    std::string finish;  // "call", "vote", ...
    std::int64_t finish_think = 0;
    std::int64_t finish_max_answer = 0;

    // Of the first round that hands something on to others; "" and 0 where no round does.
    std::string distiller() const;
    int k() const;
    std::int64_t workspace() const;

    // The distiller looks at the reference: an analysis, not a method.
    bool oracle() const;

    // The thinking budget of a draft, or of the finish where there is no round.
    std::int64_t think() const;
};

struct RunSetup {
    Method method;
    std::string suite;       // its name; "" for a single problem
    std::string suite_hash;  // SHA-256; "" for a single problem
    int problems = 1;        // that were asked for
    int samples = 1;         // of each problem
    std::string model;       // of the drafts
    std::string distill_model;
    std::string judge_model;
    std::string final_model;
    std::string prompts;  // hash of the prompt set
    std::uint64_t seed = 0;
    double temperature = 1;
    double top_p = 1;
    bool simulated = false;  // answers were drawn by the simulated model
};

// `kind` is the run's: "eval" or "solve". The error says what is wrong with it.
Outcome<RunSetup> run_setup(const std::string& kind, const std::string& config_json);

}  // namespace retort

// What a run was asked to do, as reports tell it: read from the configuration that its journal keeps.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "operator/method_config.h"

namespace retort {

struct RunSetup : MethodConfig {
    std::string suite;       // its name; "" for a single problem
    std::string suite_hash;  // SHA-256; "" for a single problem
    int problems = 1;        // that were asked for
    int samples = 1;         // of each problem
    bool simulated = false;  // answers were drawn by the simulated model

    // What stands before the colon of the method's name: "pdr".
    std::string family() const;

    // Of the first round that hands something on to others; "" and 0 where no round does. The workspace is kappa in
    // tokens, 0: no bound.
    std::string distiller() const;
    int k() const;
    std::int64_t workspace() const;

    // The distiller looks at the reference: an analysis, not a method.
    bool oracle() const;

    // The thinking budget of a draft, or of the finish where there is no round, in tokens.
    std::int64_t think() const;
};

// `kind` is the run's: "eval" or "solve". The error says what is wrong with it.
Outcome<RunSetup> run_setup(const std::string& kind, const std::string& config_json);

}  // namespace retort

// What an evaluation is made of: the suite, how many samples, and the method. Two with the same configuration ask for
// the same completions.
#pragma once

#include <cstdint>
#include <string>

#include "cli/run_config.h"
#include "eval/suite.h"

namespace retort::cli {

struct EvalConfig {
    MethodConfig method;
    std::string suite;       // its name
    std::string suite_hash;  // over the problems that are run
    std::size_t problems = 0;
    int samples = 1;  // of each problem
};

// Figures from a simulated model are marked as such wherever they show.
bool is_simulated(const MethodConfig& method);

// Canonical: the same bytes for the same configuration.
std::string config_json(const EvalConfig& config);

// SHA-256 of the canonical form.
std::string run_id(const EvalConfig& config);

}  // namespace retort::cli

// What a journal has of an evaluation that is gone on with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/eval_config.h"
#include "eval/runner.h"
#include "eval/signatures_facts.h"

namespace retort::cli {

// Whether the journal has a run of this configuration. A journal that is not there or blank has none.
Outcome<bool> has_run(const std::string& journal, const EvalConfig& config);

// What differs from the run that the journal has instead, by options: nothing when it has this one, or no run yet. Of
// several runs the most alike.
Outcome<std::vector<std::string>> differences_to_run(const std::string& journal, const EvalConfig& config);

// Samples that came to a result. Those that failed are left out: they are tried again.
Outcome<std::map<SampleKey, SampleFacts>> recorded_facts(const std::string& journal, const EvalConfig& config,
                                                         const Suite& suite);

}  // namespace retort::cli

// Which problems of which suite an evaluation runs, and whether the method can run on them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/eval_run.h"

namespace retort::cli {

struct SuiteChoice {
    std::string suite;  // a file, or the name of a suite that was pulled
    int limit = 0;      // only the first so many problems; 0: all
    std::vector<std::string> only;
};

// In the suite's order; its hash is over the chosen problems.
Outcome<std::shared_ptr<const Suite>> chosen_suite(const SuiteChoice& choice);

// Problems that cannot be judged, and the like.
std::vector<std::string> suite_warnings(const Suite& suite);

// One evaluation. `dry_run`: models need not be there.
Outcome<EvalPlan> plan_evaluation(std::shared_ptr<const Suite> suite, int samples, const Settings& settings,
                                  const std::string& model, const PlanContext& context, bool dry_run);

}  // namespace retort::cli

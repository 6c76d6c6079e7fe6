// Which problems of which suite an evaluation runs, and whether the method can run on them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/eval_run.h"
#include "cli/shard.h"

namespace retort::cli {

struct SuiteChoice {
    std::string suite;  // a file, or the name of a suite that was pulled
    int limit = 0;      // only the first so many problems; 0: all
    std::vector<std::string> only;
    std::optional<std::string> shard;  // "1/4": of what is chosen, this part is run
};

// The run is one of the whole, whatever part of it is run here.
struct ChosenSuite {
    std::shared_ptr<const Suite> whole;  // its hash is over the chosen problems
    std::shared_ptr<const Suite> part;   // the whole where no shard is asked for
    std::optional<Shard> shard;
};

// In the suite's order.
Outcome<ChosenSuite> chosen_suite(const SuiteChoice& choice);

// Problems that cannot be judged, and the like.
std::vector<std::string> suite_warnings(const Suite& suite);

// One evaluation. `dry_run`: models need not be there.
Outcome<EvalPlan> plan_evaluation(const ChosenSuite& chosen, int samples, const Settings& settings,
                                  const std::string& model, const PlanContext& context, bool dry_run);

}  // namespace retort::cli

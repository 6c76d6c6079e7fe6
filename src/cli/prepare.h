// Which run is to be made: a new one, one that is resumed, or one that is replayed.
#pragma once

#include <memory>
#include <optional>

#include "cli/plan.h"
#include "record/journal_reader.h"

namespace retort::cli {

struct PreparedRun {
    SolvePlan plan;
    std::shared_ptr<JournalReader> replay;  // the journal to replay; null: models are asked
    RunKey replayed_run = 0;
    std::vector<std::string> recorded_warnings;  // on options, from the run that is resumed or replayed
};

// The error says which options do not go together, or what differs from the journal's run.
Outcome<PreparedRun> prepare_run(const SolveArguments& arguments, const Settings& settings, const PlanContext& context);

// The main model's name: as given, or, with a server that has one only, that. `quiet`: do not say so.
Outcome<std::string> model_to_use(const Settings& settings, const PlanContext& context, bool dry_run, bool quiet);

// The kind of event under which warnings on options stand in the journal.
inline constexpr const char* kOptionWarning = "option_warning";

}  // namespace retort::cli

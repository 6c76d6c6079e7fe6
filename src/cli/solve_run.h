// A prepared run, carried out: models, journal, display, signals around the engine's loop, and what is printed.
#pragma once

#include "cli/commands.h"
#include "cli/prepare.h"

namespace retort::cli {

Outcome<ExitCode> carry_out(PreparedRun prepared, const SolveArguments& arguments, const Settings& settings,
                            const Environment& environment);

}  // namespace retort::cli

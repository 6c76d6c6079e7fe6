// `retort solve`: from the command line to a run.
#include "cli/commands.h"
#include "cli/dry_run.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/prepare.h"
#include "cli/solve_run.h"

namespace retort::cli {

Outcome<ExitCode> run_solve(const Invocation& invocation) {
    const SolveArguments& arguments = invocation.solve;
    const auto settings = load_settings(invocation.flags);
    if (!settings) return settings.error();
    const auto context = load_plan_context();
    if (!context) return context.error();
    auto prepared = prepare_run(arguments, *settings, *context);
    if (!prepared) return prepared.error();
    if (!arguments.quiet)
        for (const std::string& warning : prepared->plan.warnings) say("retort: warning: " + warning);
    if (!arguments.dry_run) return carry_out(std::move(*prepared), arguments, *settings, context->environment);
    const auto written = write_stdout(arguments.json ? dry_run_json(prepared->plan, *settings)
                                                     : dry_run_text(prepared->plan, *settings));
    if (!written) return written.error();
    return 0;
}

}  // namespace retort::cli

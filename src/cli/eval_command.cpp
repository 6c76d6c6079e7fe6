// `retort eval`: from the command line to an evaluation.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/eval_output.h"
#include "cli/eval_run.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/prepare.h"
#include "cli/suite_choice.h"

namespace retort::cli {
namespace {

Outcome<EvalPlan> plan_eval(const EvalArguments& arguments, const Settings& settings, const PlanContext& context) {
    auto suite = chosen_suite({arguments.suite, arguments.limit, arguments.only, arguments.shard});
    if (!suite) return suite.error();
    const auto model = model_to_use(settings, context, arguments.dry_run, arguments.quiet);
    if (!model) return model.error();
    return plan_evaluation(*suite, arguments.samples, settings, *model, context, arguments.dry_run);
}

Outcome<ExitCode> evaluate(const EvalPlan& plan, const EvalArguments& arguments, const Settings& settings,
                           const Environment& environment) {
    EvalSessionOptions options{arguments.journal, arguments.resume, false, arguments.quiet, arguments.concurrency};
    auto session = EvalSession::open(std::move(options), plan.models, *plan.whole, settings, environment);
    if (!session) return session.error();
    if (auto error = (*session)->check(plan)) return *error;
    const auto outcome = (*session)->evaluate(plan);
    if (!outcome) return outcome.error();
    if (const auto closed = (*session)->close(); !closed) return closed.error();
    if (outcome->end == EvalEnd::interrupted) return report_stop({ErrorKind::interrupted, "interrupted"});
    if (outcome->end == EvalEnd::gave_up) return report_stop(*outcome->first_error);
    const EvalSummary& summary = outcome->summary;
    const auto written = write_stdout(arguments.json ? eval_json(plan.config, summary, outcome->ending)
                                                     : eval_text(plan.config, summary, outcome->ending));
    if (!written) return written.error();
    if (const auto failure = outcome->total_failure()) return report_stop(*failure);
    if (summary.failed > 0 && !arguments.quiet)
        say(fmt::format("{} of {} samples failed and count as wrong; the same line with --resume tries them again",
                        summary.failed, summary.landed));
    return 0;
}

}  // namespace

Outcome<ExitCode> run_eval_command(const Invocation& invocation) {
    const EvalArguments& arguments = invocation.eval;
    const auto settings = load_settings(invocation.flags);
    if (!settings) return settings.error();
    const auto context = load_plan_context();
    if (!context) return context.error();
    const auto plan = plan_eval(arguments, *settings, *context);
    if (!plan) return plan.error();
    if (!arguments.quiet)
        for (const std::string& warning : plan->warnings) say("retort: warning: " + warning);
    if (!arguments.dry_run) return evaluate(*plan, arguments, *settings, context->environment);
    const auto written = write_stdout(arguments.json ? eval_plan_json(plan->config, plan->shard)
                                                     : eval_plan_text(plan->config, plan->shard));
    if (!written) return written.error();
    return 0;
}

}  // namespace retort::cli

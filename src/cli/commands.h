// The commands, each with its exit code as result. Errors come back as values and are shown in one place.
#pragma once

#include "cli/options.h"

namespace retort::cli {

using ExitCode = int;

Outcome<ExitCode> run_solve(const Invocation& invocation);
Outcome<ExitCode> run_eval_command(const Invocation& invocation);
Outcome<ExitCode> run_sweep(const Invocation& invocation);
Outcome<ExitCode> run_serve(const Invocation& invocation);
Outcome<ExitCode> run_show(const ShowArguments& arguments);
Outcome<ExitCode> run_journal_merge(const MergeArguments& arguments);
Outcome<ExitCode> run_verify(const VerifyArguments& arguments);
Outcome<ExitCode> run_doctor(const Invocation& invocation);
Outcome<ExitCode> run_model_list(const Invocation& invocation);
Outcome<ExitCode> run_model_pull(const Invocation& invocation);
Outcome<ExitCode> run_model_info(const Invocation& invocation);
Outcome<ExitCode> run_suite_make(const SuiteArguments& arguments);
Outcome<ExitCode> run_suite_check(const SuiteArguments& arguments);
Outcome<ExitCode> run_suite_list(const Invocation& invocation);
Outcome<ExitCode> run_suite_pull(const SuiteArguments& arguments);
Outcome<ExitCode> run_report(const ReportArguments& arguments);
Outcome<ExitCode> run_export(const ExportArguments& arguments);
Outcome<ExitCode> run_train(const std::vector<std::string>& words);  // returns only where the trainer did not start
Outcome<ExitCode> run_completion(const Invocation& invocation);

}  // namespace retort::cli

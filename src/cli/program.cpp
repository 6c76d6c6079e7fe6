#include "cli/program.h"

#include <exception>
#include <new>

#include "cli/commands.h"
#include "cli/interrupts.h"
#include "cli/output.h"

namespace retort::cli {
namespace {

Outcome<ExitCode> run_command(const Invocation& invocation) {
    switch (invocation.command) {
        case Command::solve:
            return run_solve(invocation);
        case Command::eval:
            return run_eval_command(invocation);
        case Command::sweep:
            return run_sweep(invocation);
        case Command::serve:
            return run_serve(invocation);
        case Command::show:
            return run_show(invocation.show);
        case Command::journal_merge:
            return run_journal_merge(invocation.merge);
        case Command::verify:
            return run_verify(invocation.verify);
        case Command::doctor:
            return run_doctor(invocation);
        case Command::model_list:
            return run_model_list(invocation);
        case Command::model_pull:
            return run_model_pull(invocation);
        case Command::model_info:
            return run_model_info(invocation);
        case Command::suite_make:
            return run_suite_make(invocation.suite);
        case Command::suite_check:
            return run_suite_check(invocation.suite);
        case Command::suite_list:
            return run_suite_list(invocation);
        case Command::suite_pull:
            return run_suite_pull(invocation.suite);
        case Command::report:
            return run_report(invocation.report);
        case Command::export_samples:
            return run_export(invocation.export_samples);
        case Command::train:
            return run_train(invocation.train_words);
        case Command::completion:
            return run_completion(invocation);
    }
    return Error{ErrorKind::file, "unknown command"};
}

Outcome<ExitCode> parse_and_run(int argc, const char* const* argv) {
    const auto parsed = parse_command_line(argc, argv);
    if (!parsed) return parsed.error();
    if (!parsed->invocation) {
        const auto written = write_stdout(parsed->out);
        return written ? Outcome<ExitCode>(0) : written.error();
    }
    return run_command(*parsed->invocation);
}

}  // namespace

int run_program(int argc, const char* const* argv) {
    ignore_writing_signals();
    try {
        const Outcome<ExitCode> code = parse_and_run(argc, argv);
        return code ? *code : report(code.error());
    } catch (const ErrorException& exception) {
        return report(exception.error());
    } catch (const std::bad_alloc&) {
        return report({ErrorKind::file, "out of memory"});
    } catch (const std::exception& exception) {
        return report({ErrorKind::file, std::string("internal error: ") + exception.what()});
    }
}

}  // namespace retort::cli

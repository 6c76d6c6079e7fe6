// The trainer as a program. `retort train` starts it, so that LibTorch is loaded by those alone who train.
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>

#include "cli/display/screen.h"
#include "cli/interrupts.h"
#include "cli/output.h"
#include "cli/train_options.h"
#include "cli/version.h"
#include "model/http/http_model.h"
#include "model/http/open_files.h"
#include "train/display/train_display.h"
#include "train/run/server_check.h"
#include "train/run/trainer.h"

namespace {

using namespace retort;

train::TrainSignals signals;

// The first signal lets the step under way end; a second one ends the process.
void on_stop(int signal) {
    if (signals.stop.exchange(true)) {
        cli::restore_cursor();
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
    // The display of a terminal says it by itself.
    constexpr std::string_view kSaid = "stopping after this step; once more ends it at once\n";
    const int before = errno;
    if (isatty(STDERR_FILENO) == 0) [[maybe_unused]]
        const auto written = write(STDERR_FILENO, kSaid.data(), kSaid.size());
    errno = before;
}

void on_suspend(int) {
    cli::restore_cursor();
    std::raise(SIGSTOP);
    signals.continued = true;
}

// Freed tensors stay with the process: handing their pages back and forth costs more than the arithmetic.
void keep_memory() {
    constexpr int kNever = 1 << 30;
    mallopt(M_MMAP_THRESHOLD, kNever);
    mallopt(M_TRIM_THRESHOLD, kNever);
}

std::string all_keys() {
    return train::to_toml(train::parse_config("", "sft.steps = 1\ntask = \"countdown\"", {}).value());
}

std::string version_text() {
    return cli::version_text() + "\nnets: " + train::net_libraries();
}

// `retort train run=DIR --resume`: a run that goes on has a configuration of its own.
void take_configuration_of_run(cli::TrainArguments& arguments) {
    constexpr std::string_view kRun = "run=";
    if (!arguments.resume || !arguments.file.starts_with(kRun)) return;
    arguments.words.insert(arguments.words.begin(), arguments.file);
    arguments.file = arguments.file.substr(kRun.size()) + "/config.toml";
}

int run(const cli::TrainArguments& arguments) {
    if (arguments.keys) {
        const auto written = cli::write_stdout(all_keys());
        return written ? 0 : cli::report(written.error());
    }
    if (arguments.file.empty())
        return cli::report({ErrorKind::usage, "expected the configuration: retort train FILE.toml"});
    const auto config = train::read_config(arguments.file, arguments.words);
    if (!config) return cli::report(config.error());
    if (arguments.dry_run) {
        const auto plan = train::plan_text(*config);
        if (!plan) return cli::report(plan.error());
        const auto written = cli::write_stdout(*plan);
        return written ? 0 : cli::report(written.error());
    }
    if (arguments.check) {
        if (config->backend != "local")
            std::fprintf(stderr, "asking %s: a server that has just started may take a minute or two\n",
                         without_credentials(config->url).c_str());
        const std::vector<cli::Check> checks = train::check_server(*config);
        const auto written = cli::write_stdout(cli::checks_text(checks));
        if (!written) return cli::report(written.error());
        return cli::all_well(checks) ? 0 : 1;
    }
    raise_open_files();  // a sample of a training server holds a socket
    train::TrainDisplay display({config->sft.steps, config->rl.steps}, arguments.quiet, signals);
    train::TrainOptions options;
    options.resume = arguments.resume;
    options.stop = &signals.stop;
    options.listener = &display;
    std::signal(SIGINT, on_stop);
    std::signal(SIGTERM, on_stop);
    std::signal(SIGTSTP, on_suspend);
    const auto trained = train::train(*config, options);
    display.close();
    return trained ? 0 : cli::report(trained.error());
}

}  // namespace

int main(int argc, char** argv) {
    keep_memory();
    cli::ignore_writing_signals();
    cli::TrainArguments arguments;
    CLI::App app(cli::kTrainAbout, "retort train");
    app.set_help_flag("-h,--help", "This help");
    app.set_version_flag("--version", [] { return version_text(); }, "Version, commit and libraries");
    cli::add_train_options(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // help or version
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        return cli::report({ErrorKind::usage, error.what()});
    }
    take_configuration_of_run(arguments);
    try {
        return run(arguments);
    } catch (const ErrorException& exception) {
        return cli::report(exception.error());
    } catch (const std::bad_alloc&) {
        return cli::report({ErrorKind::file, "out of memory: lower pack_tokens, rl.rows or the model's size"});
    } catch (const std::exception& exception) {
        // LibTorch's messages carry a trace of calls after their first line.
        const std::string what = exception.what();
        return cli::report({ErrorKind::file, "training failed: " + what.substr(0, what.find('\n'))});
    }
}

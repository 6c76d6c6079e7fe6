#include "cli/train_options.h"

#include <CLI/CLI.hpp>

#include "cli/help_texts.h"

namespace retort::cli {

void add_train_options(CLI::App& app, TrainArguments& arguments) {
    app.add_option("FILE.toml", arguments.file, "The run's configuration (see experiments/train-smoke.toml)")
        ->type_name("");
    app.add_option("WORDS", arguments.words, "key=value: wins over the file; run=DIR names the run's folder")
        ->type_name("");
    app.add_flag("--resume", arguments.resume,
                 "Go on after the folder's last checkpoint; without FILE.toml by its own configuration");
    app.add_flag("--dry-run", arguments.dry_run, "Print the resolved configuration and what a step takes, and stop");
    app.add_flag("--check", arguments.check, "Ask the training server whether it takes this configuration, and stop");
    app.add_flag("-q,--quiet", arguments.quiet, "No progress");
    app.add_flag("--keys", arguments.keys, "Print every key of a configuration with its standard value");
    app.footer(kTrainExamples);
}

}  // namespace retort::cli

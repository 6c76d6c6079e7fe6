// The command line: what was asked for, as plain values. Nothing is checked here that needs a file or a model.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/train_options.h"

namespace retort::cli {

enum class Command {
    solve,
    eval,
    sweep,
    report,
    export_samples,
    train,
    serve,
    show,
    journal_merge,
    verify,
    doctor,
    model_list,
    model_pull,
    model_info,
    suite_make,
    suite_check,
    suite_list,
    suite_pull,
    completion
};

struct SolveArguments {
    std::optional<std::string> text;
    std::optional<std::string> file;  // "-": standard input
    std::optional<std::string> reference;
    std::optional<std::string> journal;
    bool resume = false;
    std::optional<std::string> replay;   // a journal
    std::optional<std::string> run;      // of evaluations that are replayed: the beginning of its id
    std::optional<std::string> problem;  // which of its problems
    std::optional<int> sample;           // and which sample
    bool dry_run = false;
    bool quiet = false;
    bool json = false;
};

struct ServeArguments {
    std::optional<std::string> config;  // a file
    std::optional<std::string> listen;  // HOST:PORT, instead of the file's
    std::map<std::string, std::string> aliases;
    std::vector<std::string> offered;  // instead of the file's
    int grace_s = 30;
    std::string log = "runs";                 // off, runs, all
    std::optional<std::string> journal;       // off, metrics, full; instead of the file's
    std::optional<std::string> journal_file;  // likewise
    bool quiet = false;
};

struct ShowArguments {
    std::string journal;
    std::optional<std::string> run;      // the beginning of its id
    std::optional<std::string> problem;  // of an evaluation: only this one, in full
    bool text = false;
    bool json = false;
};

struct EvalArguments {
    std::string suite;  // a file, or the name of a suite that was pulled
    int samples = 1;
    int limit = 0;  // problems; 0: all
    std::vector<std::string> only;
    std::optional<std::string> shard;  // "1/4": a part of the problems
    int concurrency = 16;
    std::string journal;
    bool resume = false;
    bool dry_run = false;
    bool quiet = false;
    bool json = false;
};

struct SweepArguments {
    std::string file;
    std::string suite;    // instead of the file's
    std::string journal;  // likewise
    int samples = 0;      // likewise; 0: the file's
    int limit = 0;        // problems; 0: all
    std::optional<std::string> shard;
    bool resume = false;
    bool dry_run = false;
    bool quiet = false;
    bool json = false;
};

struct MergeArguments {
    std::string out;
    std::vector<std::string> journals;
};

struct VerifyArguments {
    bool explain = false;
    std::optional<std::string> cases;  // a file of lines; "-": standard input
    std::optional<std::string> reference;
    std::optional<std::string> answer;
};

struct SuiteArguments {
    std::string name;  // make KIND, pull NAME
    int count = 100;
    std::uint64_t seed = 0;
    std::string split = "test";
    std::map<std::string, std::string> difficulty;  // by the option's name
    std::string file;                               // make --out FILE ("-": standard output), check FILE
};

// What `report` and `export` read: files, and beginnings of runs' ids.
struct ReportArguments {
    std::vector<std::string> sources;
    std::optional<std::string> out;
    std::optional<std::string> details;  // a folder
    std::string title;
};

struct ExportArguments {
    std::vector<std::string> sources;
    std::string format;
    std::string out;
};

struct Invocation {
    Command command = Command::solve;
    std::map<std::string, std::string> flags;  // settings given as options, by the setting's name
    SolveArguments solve;
    EvalArguments eval;
    SweepArguments sweep;
    ServeArguments serve;
    ShowArguments show;
    MergeArguments merge;
    VerifyArguments verify;
    SuiteArguments suite;
    ReportArguments report;
    ExportArguments export_samples;
    TrainArguments train;
    std::vector<std::string> train_words;  // what stands behind `train`: the trainer reads it
    bool json = false;                     // of doctor, model and suite
    std::string name;                      // model pull NAME, model info NAME|FILE, completion SHELL
};

// The program's commands and options, those of the trainer too, so that help and completion know them. `invocation`
// must outlive the App.
std::unique_ptr<CLI::App> make_options(Invocation& invocation);

// Parses; what stands behind `train` is handed on unread. Nothing when the user asked for help or the version, which
// `out` then holds. The error names the nearest command or option.
struct Parsed {
    std::optional<Invocation> invocation;
    std::string out;
};
Outcome<Parsed> parse_command_line(int argc, const char* const* argv);

}  // namespace retort::cli

// All commands with their options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/help_texts.h"
#include "cli/options.h"
#include "cli/settings.h"
#include "cli/version.h"
#include "eval/generate/generate.h"

namespace retort::cli {
namespace {

void add_setting(CLI::App& app, const SettingSpec& spec, std::map<std::string, std::string>& flags) {
    const std::string name(spec.name);
    CLI::Option* option = nullptr;
    if (spec.kind == SettingKind::flag) {
        option =
            app.add_flag_callback(option_name(spec), [&flags, name] { flags[name] = "true"; }, std::string(spec.about));
    } else {
        option = app.add_option_function<std::string>(
            option_name(spec), [&flags, name](const std::string& value) { flags[name] = value; },
            std::string(spec.about));
        option->type_name(std::string(spec.value))->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
    option->group(std::string(spec.group));
}

void add_settings(CLI::App& app, std::map<std::string, std::string>& flags) {
    for (const SettingSpec& spec : setting_specs()) add_setting(app, spec, flags);
}

// Without those that each request says for itself.
void add_settings_of_a_server(CLI::App& app, std::map<std::string, std::string>& flags) {
    for (const SettingSpec& spec : setting_specs())
        if (spec.group != "Sampling" && spec.group != "Budgets" && spec.name != "sync") add_setting(app, spec, flags);
}

CLI::App& add_command(CLI::App& app, Invocation& invocation, Command command, const char* name, const char* text) {
    CLI::App* out = app.add_subcommand(name, text);
    out->callback([&invocation, command] { invocation.command = command; });
    return *out;
}

void add_solve(CLI::App& app, Invocation& invocation) {
    SolveArguments& solve = invocation.solve;
    CLI::App& command = add_command(app, invocation, Command::solve, "solve", "Solve one problem");
    constexpr const char* kProblem = "Problem";
    command.add_option("TEXT", solve.text, "The problem")->type_name("")->group(kProblem);
    command.add_option("--file", solve.file, "Read the problem from a file, or - for standard input")
        ->type_name("F|-")
        ->group(kProblem);
    command.add_option("--reference", solve.reference, "The right answer, where it is known")
        ->type_name("ANSWER")
        ->group(kProblem);
    constexpr const char* kRecord = "Record";
    command.add_option("--journal", solve.journal, "Record every call in this file")->type_name("FILE")->group(kRecord);
    command.add_flag("--resume", solve.resume, "Go on with the journal's run")->group(kRecord);
    CLI::Option* replay = command.add_option("--replay", solve.replay, "Run again from a journal, without a model")
                              ->type_name("JOURNAL")
                              ->group(kRecord);
    command.add_option("--problem", solve.problem, "Of evaluations or training that are replayed: this problem")
        ->type_name("ID")
        ->needs(replay)
        ->group(kRecord);
    command.add_option("--sample", solve.sample, "Of them this sample, from 0 (default: 0)")
        ->type_name("N")
        ->check(CLI::Range(0, 100000).description(""))
        ->needs(replay)
        ->group(kRecord);
    command.add_option("--run", solve.run, "Of them the run with this beginning of its id (default: the last)")
        ->type_name("RUN")
        ->needs(replay)
        ->group(kRecord);
    constexpr const char* kOutput = "Output";
    command.add_flag("--dry-run", solve.dry_run, "Say what would be asked, and ask nothing")->group(kOutput);
    command.add_flag("-q,--quiet", solve.quiet, "The answer alone")->group(kOutput);
    command.add_flag("--json", solve.json, "One JSON object on stdout")->group(kOutput);
    add_settings(command, invocation.flags);
    command.footer(kSolveExamples);
}

void add_eval(CLI::App& app, Invocation& invocation) {
    EvalArguments& eval = invocation.eval;
    CLI::App& command = add_command(app, invocation, Command::eval, "eval", "Evaluate a method on a suite of problems");
    constexpr const char* kSuite = "Suite";
    command.add_option("--suite", eval.suite, "The problems")->type_name("NAME|FILE.jsonl")->required()->group(kSuite);
    command.add_option("--samples", eval.samples, "Samples of each problem (default: 1)")
        ->type_name("K")
        ->check(CLI::Range(1, 100000).description(""))
        ->group(kSuite);
    command.add_option("--limit", eval.limit, "Only the first N problems")
        ->type_name("N")
        ->check(CLI::Range(1, 100000000).description(""))
        ->group(kSuite);
    command.add_option("--only", eval.only, "Only these problems")
        ->type_name("ID,ID,...")
        ->delimiter(',')
        ->group(kSuite);
    command.add_option("--shard", eval.shard, "Only part I of N of them; retort journal merge makes the parts one")
        ->type_name("I/N")
        ->group(kSuite);
    command.add_option("--concurrency", eval.concurrency, "Samples of problems in flight (default: 16)")
        ->type_name("N")
        ->check(CLI::Range(1, 100000).description(""))
        ->group(kSuite);
    constexpr const char* kRecord = "Record";
    command.add_option("--journal", eval.journal, "Record every call in this file")
        ->type_name("FILE")
        ->required()
        ->group(kRecord);
    command.add_flag("--resume", eval.resume, "Go on with the journal's evaluation")->group(kRecord);
    constexpr const char* kOutput = "Output";
    command.add_flag("--dry-run", eval.dry_run, "Say what would be asked, and ask nothing")->group(kOutput);
    command.add_flag("-q,--quiet", eval.quiet, "No progress")->group(kOutput);
    command.add_flag("--json", eval.json, "One JSON object on stdout")->group(kOutput);
    add_settings(command, invocation.flags);
    command.footer(kEvalExamples);
}

void add_sweep(CLI::App& app, Invocation& invocation) {
    SweepArguments& sweep = invocation.sweep;
    CLI::App& command =
        add_command(app, invocation, Command::sweep, "sweep", "Evaluate every combination of a grid on one suite");
    command.add_option("FILE.toml", sweep.file, "The sweep's file (examples: experiments/)")->type_name("")->required();
    command.add_option("--suite", sweep.suite, "The problems, instead of the file's")->type_name("NAME|FILE.jsonl");
    command.add_option("--samples", sweep.samples, "Samples of each problem, instead of the file's")
        ->type_name("K")
        ->check(CLI::Range(1, 100000).description(""));
    command.add_option("--limit", sweep.limit, "Only the first N problems")
        ->type_name("N")
        ->check(CLI::Range(1, 100000000).description(""));
    command
        .add_option("--shard", sweep.shard,
                    "Only part I of N of the problems; retort journal merge makes the parts one")
        ->type_name("I/N");
    command.add_option("--journal", sweep.journal, "Record every call in this file (default: the sweep's name, .db)")
        ->type_name("FILE");
    command.add_flag("--resume", sweep.resume, "Go on with the journal; runs that it lacks are begun");
    command.add_flag("--dry-run", sweep.dry_run, "Runs, calls, tokens and, with prices, money; ask nothing");
    command.footer(kSweepExamples);
    command.add_flag("-q,--quiet", sweep.quiet, "No progress");
    command.add_flag("--json", sweep.json, "One JSON object on stdout");
    add_settings(command, invocation.flags);
}

void add_serve(CLI::App& app, Invocation& invocation) {
    ServeArguments& serve = invocation.serve;
    CLI::App& command = add_command(app, invocation, Command::serve, "serve",
                                    "Serve OpenAI's API before a model server, or over a model in process");
    constexpr const char* kServer = "Server";
    command
        .add_option("--config", serve.config, "Model servers, keys, names, TLS (docs/serve.md); SIGHUP reads it again")
        ->type_name("FILE.toml")
        ->group(kServer);
    command.add_option("--listen", serve.listen, "Where to listen (default: 127.0.0.1:8080); port 0: any that is free")
        ->type_name("HOST:PORT")
        ->group(kServer);
    command
        .add_option_function<std::vector<std::string>>(
            "--alias",
            [&serve](const std::vector<std::string>& given) {
                for (const std::string& one : given) {
                    const std::size_t at = one.find('=');
                    if (at == 0 || at == std::string::npos || at + 1 == one.size())
                        throw CLI::ValidationError("--alias", "expected NAME=OPERATOR@MODEL, found \"" + one + "\"");
                    if (!serve.aliases.emplace(one.substr(0, at), one.substr(at + 1)).second)
                        throw CLI::ValidationError("--alias", "\"" + one.substr(0, at) + "\" is given twice");
                }
            },
            "A name of one's own for an operator and a model")
        ->type_name("NAME=OP[@MODEL]")
        ->group(kServer);
    command.add_option("--offer", serve.offered, "Operators that the list of models shows (pdr:4 pdr:8,4 sr:2)")
        ->type_name("OP ...")
        ->group(kServer);
    command.add_option("--grace", serve.grace_s, "Seconds that requests under way have at the end (default: 30)")
        ->type_name("S")
        ->check(CLI::Range(0, 86400).description(""))
        ->group(kServer);
    command.add_option("--log", serve.log, "Requests that are logged on stderr, a line each (default: runs)")
        ->type_name("off|runs|all")
        ->check(CLI::IsMember({"off", "runs", "all"}).description(""))
        ->group(kServer);
    command
        .add_option("--journal", serve.journal, "Requests kept in a file: what they took, or texts too (default: off)")
        ->type_name("off|metrics|full")
        ->check(CLI::IsMember({"off", "metrics", "full"}).description(""))
        ->group(kServer);
    command.add_option("--journal-file", serve.journal_file, "It (default: ~/.local/state/retort/requests.db)")
        ->type_name("FILE")
        ->group(kServer);
    command.add_flag("-q,--quiet", serve.quiet, "Say nothing but errors")->group(kServer);
    add_settings_of_a_server(command, invocation.flags);
    command.footer(kServeExamples);
}

void add_show(CLI::App& app, Invocation& invocation) {
    CLI::App& command = add_command(app, invocation, Command::show, "show", "Print a recorded run as a tree");
    command.add_option("JOURNAL", invocation.show.journal, "File that solve, eval or sweep wrote")
        ->type_name("")
        ->required();
    command.add_option("RUN", invocation.show.run, "Beginning of the run's id")->type_name("");
    command.add_option("--problem", invocation.show.problem, "Of an evaluation: the samples of this problem in full")
        ->type_name("ID");
    command.add_flag("--text", invocation.show.text, "What each call read and wrote");
    command.add_flag("--json", invocation.show.json, "One JSON object on stdout");
}

void add_journal(CLI::App& app, Invocation& invocation) {
    CLI::App* journal = app.add_subcommand("journal", "Journals as files");
    journal->require_subcommand(1);
    CLI::App& merge =
        add_command(*journal, invocation, Command::journal_merge, "merge", "Make one journal of those of shards");
    merge.add_option("OUT", invocation.merge.out, "The journal that is made; it must not be there")
        ->type_name("")
        ->required();
    merge.add_option("JOURNAL", invocation.merge.journals, "Those that it is made of; they are left as they are")
        ->type_name("")
        ->required();
    merge.footer(kMergeHelp);
}

void add_verify(CLI::App& app, Invocation& invocation) {
    VerifyArguments& verify = invocation.verify;
    CLI::App& command = add_command(app, invocation, Command::verify, "verify", "Compare answers with references");
    command
        .add_option("--cases", verify.cases, "Lines of {\"id\",\"gold\",\"pred\"}, or of another \"kind\"; - for stdin")
        ->type_name("FILE.jsonl");
    command.add_option("--reference", verify.reference, "The right answer")->type_name("A");
    command.add_option("--answer", verify.answer, "An answer, or a whole answer text")->type_name("B");
    command.add_flag("--explain", verify.explain, "Add \"reason\", a sentence, to each line");
}

void add_doctor(CLI::App& app, Invocation& invocation) {
    CLI::App& command =
        add_command(app, invocation, Command::doctor, "doctor", "Check what solve needs, and say what to do");
    command.add_flag("--json", invocation.json, "One JSON object on stdout")->group("Output");
    command
        .add_option("--train", invocation.checked_training,
                    "Ask the training server of this configuration (key=value words after it win) whether it takes it")
        ->type_name("FILE.toml");
    add_settings(command, invocation.flags);
}

void add_model(CLI::App& app, Invocation& invocation) {
    CLI::App* model = app.add_subcommand("model", "Models by name");
    model->require_subcommand(1);
    CLI::App& list = add_command(*model, invocation, Command::model_list, "list", "What there is, and what is here");
    list.add_flag("--json", invocation.json, "One JSON array on stdout");
    CLI::App& pull = add_command(*model, invocation, Command::model_pull, "pull", "Get a model's file and verify it");
    pull.add_option("NAME", invocation.name, "Name from retort model list")->type_name("")->required();
    CLI::App& info = add_command(*model, invocation, Command::model_info, "info", "What a model's file says of itself");
    info.add_option("NAME|FILE", invocation.name, "Name, or a GGUF file")->type_name("")->required();
    info.add_flag("--json", invocation.json, "One JSON object on stdout");
}

// One option for all generators that have it, with what each makes of it.
void add_difficulty(CLI::App& app, SuiteArguments& suite) {
    std::map<std::string, std::string> about;
    for (const GeneratorKind& kind : generator_kinds())
        for (const GeneratorOption& option : kind.options) {
            std::string& text = about[std::string(option.name)];
            const std::string standard = option.standard.empty() ? "" : fmt::format(" ({})", option.standard);
            text += fmt::format("{}{}: {}{}", text.empty() ? "" : "; ", kind.name, option.about, standard);
        }
    for (const auto& [name, text] : about)
        app.add_option_function<std::string>(
               "--" + name, [&suite, name](const std::string& value) { suite.difficulty[name] = value; }, text)
            ->type_name(name == "operations" ? "+-*/" : "N")
            ->group("Difficulty");
}

void add_suite(CLI::App& app, Invocation& invocation) {
    SuiteArguments& suite = invocation.suite;
    CLI::App* group = app.add_subcommand("suite", "Suites of problems");
    group->require_subcommand(1);
    CLI::App& make = add_command(*group, invocation, Command::suite_make, "make", "Make problems that can be solved");
    make.add_option("KIND", suite.name, "countdown, countdown-parts, game24, sudoku, blocksworld or arithmetic")
        ->type_name("")
        ->required();
    make.add_option("--count", suite.count, "How many, all different (100)")->type_name("N");
    make.add_option("--seed", suite.seed, "The same seed gives the same problems (0)")->type_name("N");
    make.add_option("--out", suite.file, "Where to write them; - for standard output")->type_name("FILE")->required();
    make.add_option("--split", suite.split, "train or test (test): no problem is in both, whatever the seeds")
        ->type_name("S");
    add_difficulty(make, suite);
    CLI::App& check = add_command(*group, invocation, Command::suite_check, "check", "Say what is wrong with a suite");
    check.add_option("FILE", suite.file, "One JSON object a line")->type_name("")->required();
    CLI::App& list = add_command(*group, invocation, Command::suite_list, "list", "What there is, and what is here");
    list.add_flag("--json", invocation.json, "One JSON object on stdout");
    CLI::App& pull = add_command(*group, invocation, Command::suite_pull, "pull", "Get a published suite");
    pull.add_option("NAME", suite.name, "Name from retort suite list")->type_name("")->required();
}

void add_report(CLI::App& app, Invocation& invocation) {
    ReportArguments& report = invocation.report;
    CLI::App& command = add_command(app, invocation, Command::report, "report",
                                    "Make a page of what journals or training runs hold: one HTML file");
    command
        .add_option("JOURNAL|RUN", report.sources,
                    "Journals; beginnings of runs' ids choose among their runs. Or folders of training runs, or their "
                    "metrics.jsonl")
        ->type_name("")
        ->required();
    command
        .add_option(
            "--out", report.out,
            "The page's file; without it the first journal's name with .html, or metrics.html in the run's folder")
        ->type_name("FILE.html");
    command.add_option("--details", report.details, "Put samples' details, whole, into a folder beside the page")
        ->type_name("DIR");
    command.add_option("--title", report.title, "The page's title")->type_name("TEXT");
    command.footer(kReportExamples);
}

void add_train(CLI::App& app, Invocation& invocation) {
    add_train_options(add_command(app, invocation, Command::train, "train", kTrainAbout), invocation.train);
}

void add_export(CLI::App& app, Invocation& invocation) {
    ExportArguments& out = invocation.export_samples;
    CLI::App& command = add_command(app, invocation, Command::export_samples, "export",
                                    "Write what journals hold in the formats of others");
    command.add_option("JOURNAL|RUN", out.sources, "Journals; beginnings of runs' ids choose among their runs")
        ->type_name("")
        ->required();
    command.add_option("--to", out.format, "jsonl: samples whole; csv: their figures; inspect: logs for Inspect")
        ->type_name("jsonl|csv|inspect")
        ->required();
    command.add_option("--out", out.out, "A file, - for standard output; for Inspect's logs of several runs a folder")
        ->type_name("PATH")
        ->required();
    command.footer(kExportHelp);
}

void add_completion(CLI::App& app, Invocation& invocation) {
    CLI::App& command =
        add_command(app, invocation, Command::completion, "completion", "Print a shell's completion script");
    command.add_option("SHELL", invocation.name, "bash, zsh or fish")->type_name("")->required();
    command.footer("Example, for bash:\n  retort completion bash > ~/.local/share/bash-completion/completions/retort");
}

}  // namespace

std::unique_ptr<CLI::App> make_options(Invocation& invocation) {
    auto app = std::make_unique<CLI::App>("Makes a language model answer better for the same waiting time.", "retort");
    app->set_version_flag("--version", [] { return version_text(); }, "Version, commit and libraries");
    app->set_help_flag("-h,--help", "This help");
    app->require_subcommand(1);
    add_solve(*app, invocation);
    add_eval(*app, invocation);
    add_sweep(*app, invocation);
    add_show(*app, invocation);
    add_journal(*app, invocation);
    add_verify(*app, invocation);
    add_doctor(*app, invocation);
    add_model(*app, invocation);
    add_suite(*app, invocation);
    add_report(*app, invocation);
    add_export(*app, invocation);
    add_train(*app, invocation);
    add_serve(*app, invocation);
    add_completion(*app, invocation);
    app->footer(kTopExamples);  // last: commands take over the footer that is there when they are added
    return app;
}

}  // namespace retort::cli

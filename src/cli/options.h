// The command line: what was asked for, as plain values. Nothing is checked here that needs a file or a model.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace CLI {
class App;
}

namespace retort::cli {

enum class Command { solve, show, verify, doctor, model_list, model_pull, model_info, completion };

struct SolveArguments {
    std::optional<std::string> text;
    std::optional<std::string> file;  // "-": standard input
    std::optional<std::string> reference;
    std::optional<std::string> journal;
    bool resume = false;
    std::optional<std::string> replay;  // a journal
    bool dry_run = false;
    bool quiet = false;
    bool json = false;
};

struct ShowArguments {
    std::string journal;
    std::optional<std::string> run;  // the beginning of its id
    bool text = false;
    bool json = false;
};

struct VerifyArguments {
    bool explain = false;
    std::optional<std::string> cases;  // a file of lines; "-": standard input
    std::optional<std::string> reference;
    std::optional<std::string> answer;
};

struct Invocation {
    Command command = Command::solve;
    std::map<std::string, std::string> flags;  // settings given as options, by the setting's name
    SolveArguments solve;
    ShowArguments show;
    VerifyArguments verify;
    bool json = false;  // of doctor and model
    std::string name;   // model pull NAME, model info NAME|FILE, completion SHELL
};

// The program's commands and options. `invocation` must outlive the App.
std::unique_ptr<CLI::App> make_options(Invocation& invocation);

// Parses. Nothing when the user asked for help or the version, which `out` then holds. The error names the nearest
// command or option.
struct Parsed {
    std::optional<Invocation> invocation;
    std::string out;
};
Outcome<Parsed> parse_command_line(int argc, const char* const* argv);

}  // namespace retort::cli

#include "cli/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/settings.h"

namespace retort::cli {
namespace {

// A command with the words before it: "model pull".
struct Node {
    std::string path;  // without the program's name; empty at the top
    const CLI::App* app = nullptr;
};

void collect(const CLI::App& app, const std::string& path, std::vector<Node>& out) {
    out.push_back({path, &app});
    for (const CLI::App* command : app.get_subcommands({}))
        collect(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), out);
}

std::vector<std::string> names_of(const CLI::Option& option) {
    std::vector<std::string> out;
    for (const std::string& name : option.get_snames()) out.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) out.push_back("--" + name);
    return out;
}

std::string words(const std::vector<std::string>& all) {
    std::string out;
    for (const std::string& word : all) out += (out.empty() ? "" : " ") + word;
    return out;
}

std::vector<std::string> candidates(const CLI::App& app) {
    std::vector<std::string> out;
    for (const CLI::App* command : app.get_subcommands({})) out.push_back(command->get_name());
    for (const CLI::Option* option : app.get_options())
        for (std::string& name : names_of(*option)) out.push_back(std::move(name));
    return out;
}

std::vector<std::string> choices_of(const CLI::Option& option) {
    for (const std::string& name : option.get_lnames())
        if (const SettingSpec* spec = find_setting(name)) return {spec->choices.begin(), spec->choices.end()};
    return {};
}

// A shell's test for words behind which a command follows: "$path == model || $path == suite".
std::string is_group(const std::vector<Node>& nodes) {
    std::string out;
    for (const Node& node : nodes)
        if (!node.path.empty() && !node.app->get_subcommands({}).empty())
            out += fmt::format("{}$path == {}", out.empty() ? "" : " || ", node.path);
    return out;
}

bool takes_value(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

std::string single_quoted(std::string text) {
    for (std::size_t at = 0; (at = text.find('\'', at)) != text.npos; at += 4) text.replace(at, 1, "'\\''");
    return "'" + text + "'";
}

// Cases of a shell `case` over the option before the word, with its choices.
std::string bash_choices(const std::vector<Node>& nodes) {
    std::string out;
    std::vector<std::string> done;
    for (const Node& node : nodes)
        for (const CLI::Option* option : node.app->get_options()) {
            const std::vector<std::string> choices = choices_of(*option);
            const std::string name = names_of(*option).empty() ? "" : names_of(*option).back();
            if (choices.empty() || std::find(done.begin(), done.end(), name) != done.end()) continue;
            done.push_back(name);
            out +=
                fmt::format("    {}) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n", name, words(choices));
        }
    return out;
}

std::string bash(const std::vector<Node>& nodes) {
    std::string commands;
    for (const Node& node : nodes)
        commands += fmt::format("    \"{}\") all=\"{}\" ;;\n", node.path, words(candidates(*node.app)));
    return fmt::format(R"(# bash completion of retort; made by: retort completion bash
_retort() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" path="" all="" i
  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do
    case "${{COMP_WORDS[i]}}" in -*) break ;; esac
    if [[ $i == 1 || {} ]]; then path="${{path:+$path }}${{COMP_WORDS[i]}}"; fi
  done
  case "$before" in
{}  esac
  case "$path" in
{}  esac
  if [[ $word == -* || -z $path || {} ]]; then
    COMPREPLY=($(compgen -W "$all" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}}
complete -o filenames -F _retort retort
)",
                       is_group(nodes), bash_choices(nodes), commands, is_group(nodes));
}

std::string zsh_option(const CLI::Option& option) {
    std::string about = option.get_description();
    for (std::size_t at = 0; (at = about.find_first_of("[]:", at)) != about.npos; ++at) about[at] = ' ';
    const std::vector<std::string> choices = choices_of(option);
    std::string out;
    for (const std::string& name : names_of(option)) {
        std::string spec = name + (takes_value(option) ? "=" : "") + "[" + about + "]";
        if (!choices.empty())
            spec += ":value:(" + words(choices) + ")";
        else if (takes_value(option))
            spec += ":value:_files";
        out += "      " + single_quoted(spec) + " \\\n";
    }
    return out;
}

std::string zsh(const std::vector<Node>& nodes) {
    std::string cases;
    for (const Node& node : nodes) {
        std::string commands;
        for (const CLI::App* command : node.app->get_subcommands({})) commands += " " + command->get_name();
        std::string body;
        if (!commands.empty())
            body += "      '*:command:(" + commands.substr(1) + ")' \\\n";
        else
            body += "      '*:file:_files' \\\n";
        for (const CLI::Option* option : node.app->get_options()) body += zsh_option(*option);
        cases += fmt::format("    {}) _arguments \\\n{}      && return ;;\n", single_quoted(node.path), body);
    }
    return fmt::format(R"(#compdef retort
# zsh completion of retort; made by: retort completion zsh
_retort() {{
  local path="" i
  for ((i = 2; i < CURRENT && i < 4; i++)); do
    [[ ${{words[i]}} == -* ]] && break
    if [[ $i == 2 || {} ]]; then path="${{path:+$path }}${{words[i]}}"; fi
  done
  case "$path" in
{}  esac
}}
_retort "$@"
)",
                       is_group(nodes), cases);
}

std::string fish(const std::vector<Node>& nodes) {
    std::string out = "# fish completion of retort; made by: retort completion fish\n";
    for (const Node& node : nodes) {
        const bool top = node.path.empty();
        std::string when = top ? "__fish_use_subcommand" : "";
        for (std::size_t at = 0; !top && at < node.path.size();) {
            const auto end = std::min(node.path.find(' ', at), node.path.size());
            when += (when.empty() ? "" : "; and ") +
                    fmt::format("__fish_seen_subcommand_from {}", node.path.substr(at, end - at));
            at = end + 1;
        }
        for (const CLI::App* command : node.app->get_subcommands({}))
            out += fmt::format("complete -c retort -n {} -f -a {} -d {}\n", single_quoted(when), command->get_name(),
                               single_quoted(command->get_description()));
        for (const CLI::Option* option : node.app->get_options()) {
            if (option->get_lnames().empty() && option->get_snames().empty()) continue;
            out += fmt::format("complete -c retort -n {}", single_quoted(when));
            for (const std::string& name : option->get_snames()) out += " -s " + name;
            for (const std::string& name : option->get_lnames()) out += " -l " + name;
            const std::vector<std::string> choices = choices_of(*option);
            if (!choices.empty())
                out += " -x -a " + single_quoted(words(choices));
            else if (takes_value(*option))
                out += " -r";
            out += " -d " + single_quoted(option->get_description()) + "\n";
        }
    }
    return out;
}

}  // namespace

std::optional<std::string> completion_script(const CLI::App& app, std::string_view shell) {
    std::vector<Node> nodes;
    collect(app, "", nodes);
    if (shell == "bash") return bash(nodes);
    if (shell == "zsh") return zsh(nodes);
    if (shell == "fish") return fish(nodes);
    return std::nullopt;
}

Outcome<ExitCode> run_completion(const Invocation& invocation) {
    Invocation unused;
    const auto app = make_options(unused);
    const auto script = completion_script(*app, invocation.name);
    if (!script)
        return Error{ErrorKind::usage,
                     fmt::format("unknown shell \"{}\": expected bash, zsh or fish", invocation.name)};
    const auto written = write_stdout(*script);
    if (!written) return written.error();
    return 0;
}

}  // namespace retort::cli

// Reads a command line, and says what is wrong with one.
#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"
#include "cli/version.h"

namespace retort::cli {
namespace {

const CLI::App& innermost(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : innermost(*parsed.back());
}

std::string path_of(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : path_of(*app.get_parent()) + " " + app.get_name();
}

std::vector<std::string> known_words(const CLI::App& app, bool options) {
    std::vector<std::string> out;
    if (options) {
        for (const CLI::Option* option : app.get_options())
            for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
    } else {
        for (const CLI::App* command : app.get_subcommands({})) out.push_back(command->get_name());
    }
    return out;
}

// The library's help has two blank lines between groups.
std::string tidy(std::string help) {
    for (std::size_t at = 0; (at = help.find("\n\n\n", at)) != help.npos;) help.erase(at, 1);
    return help;
}

std::string comma_list(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

Error unexpected(const CLI::App& app, const std::string& word) {
    const bool option = word.starts_with('-');
    const std::string bare = word.substr(0, word.find('='));
    const std::vector<std::string> known = known_words(app, option);
    const std::string_view near = nearest(bare, {known.begin(), known.end()});
    const std::string hint = near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near);
    const std::string path = path_of(app);
    if (option) return {ErrorKind::usage, fmt::format("unknown option \"{}\"{}; see {} --help", bare, hint, path)};
    if (!known.empty())
        return {ErrorKind::usage,
                fmt::format("unknown command \"{}\"{}; expected one of: {}", word, hint, comma_list(known))};
    return {ErrorKind::usage,
            fmt::format("unexpected \"{}\": does a text with blanks need quotes? See {} --help", word, path)};
}

Error parse_error(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& at = innermost(app);
    const std::vector<std::string> left = app.remaining(true);
    const bool command_missing =
        dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !known_words(at, false).empty();
    const bool unknown = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || command_missing;
    if (!left.empty() && (unknown || left.front().starts_with('-'))) return unexpected(at, left.front());
    if (command_missing)
        return {ErrorKind::usage,
                fmt::format("expected a command: {}; see {} --help", comma_list(known_words(at, false)), path_of(at))};
    return {ErrorKind::usage, fmt::format("{}; see {} --help", error.what(), path_of(at))};
}

}  // namespace

Outcome<Parsed> parse_command_line(int argc, const char* const* argv) {
    Invocation invocation;
    if (argc > 1 && std::string_view(argv[1]) == "train") {
        invocation.command = Command::train;
        invocation.train_words.assign(argv + 2, argv + argc);
        return Parsed{std::move(invocation), ""};
    }
    const std::unique_ptr<CLI::App> app = make_options(invocation);
    try {
        app->parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return Parsed{std::nullopt, tidy(app->help())};
    } catch (const CLI::CallForVersion&) {
        return Parsed{std::nullopt, version_text() + "\n"};
    } catch (const CLI::ParseError& error) {
        return parse_error(*app, error);
    }
    return Parsed{std::move(invocation), ""};
}

}  // namespace retort::cli

// Completion scripts, made from the program's own options.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace retort::cli {

// For "bash", "zsh" or "fish"; nothing for another shell.
std::optional<std::string> completion_script(const CLI::App& app, std::string_view shell);

}  // namespace retort::cli

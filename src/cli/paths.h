// Where the user's files lie.
#pragma once

#include <string>

#include "cli/settings.h"

namespace retort::cli {

// $XDG_CONFIG_HOME/retort, else ~/.config/retort. Empty when there is no home.
std::string config_folder(const Environment& environment);

// RETORT_MODELS, else $XDG_CACHE_HOME/retort/models, else ~/.cache/retort/models. Empty when there is no home.
std::string models_folder(const Environment& environment);

// $XDG_STATE_HOME/retort, else ~/.local/state/retort. Empty when there is no home.
std::string state_folder(const Environment& environment);

// Where the program itself lies.
std::string program_folder();

// Of models that come with the program: beside it, in the build folder as where it was installed.
std::string shipped_models_folder();

// $XDG_CACHE_HOME/retort/suites, else ~/.cache/retort/suites. Empty when there is no home.
std::string suites_folder(const Environment& environment);

// The file of settings, and the user's rows for the tables of models and suites.
std::string config_path(const Environment& environment);
std::string user_models_path(const Environment& environment);
std::string user_suites_path(const Environment& environment);

// A path for people: the home folder as "~".
std::string short_path(const std::string& path, const Environment& environment);

// The whole file; no file is an empty text. The error says why a file that is there cannot be read.
Outcome<std::string> read_if_there(const std::string& path);

// The whole file, or standard input for "-". At most `most` bytes.
Outcome<std::string> read_input(const std::string& path, std::size_t most);

}  // namespace retort::cli

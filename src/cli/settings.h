// The settings of a run: one table maps each to its option, its environment variable and its key in the file of
// settings. Flags win over the environment, the environment over the file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace retort::cli {

enum class SettingKind { text, whole, number, flag, choice };

struct SettingSpec {
    std::string_view name;  // as in the option, without dashes: "max-answer"
    SettingKind kind = SettingKind::text;
    std::string_view value;  // what help calls the value: "TOKENS"
    std::string_view group;  // heading in the help
    std::string_view about;
    double least = 0;  // bounds of a number, both included
    double most = 0;
    std::span<const std::string_view> choices = {};
};

std::span<const SettingSpec> setting_specs();
const SettingSpec* find_setting(std::string_view name);

std::string option_name(const SettingSpec& spec);       // "--max-answer"
std::string environment_name(const SettingSpec& spec);  // "RETORT_MAX_ANSWER"
std::string config_key(const SettingSpec& spec);        // "max_answer"

// A value as written, and where it was written: "--k", "RETORT_K" or "config.toml:3".
struct SettingValue {
    std::string text;
    std::string source;
    bool is_flag = false;  // given on the command line
};

// Values that were checked against the table. The typed getters answer nothing where none was given.
class Settings {
  public:
    std::optional<std::string> text(std::string_view name) const;
    std::optional<std::int64_t> whole(std::string_view name) const;
    std::optional<double> number(std::string_view name) const;
    bool flag(std::string_view name) const;
    bool given_as_flag(std::string_view name) const;
    const std::map<std::string, SettingValue, std::less<>>& all() const { return values_; }

    // Checks and keeps the value unless one is there already. The error names source, expectation and value.
    std::optional<Error> offer(const SettingSpec& spec, SettingValue value);

    // The same settings, of which only those given on the command line.
    Settings flags_only() const;

    // The same settings but this one.
    Settings without(std::string_view name) const;

  private:
    std::map<std::string, SettingValue, std::less<>> values_;
};

using Environment = std::function<std::optional<std::string>(const std::string&)>;

// The process's environment; an empty variable counts as none.
std::optional<std::string> environment_variable(const std::string& name);

// The file of settings: its text and its name for messages. An empty text is no file.
struct ConfigFile {
    std::string text;
    std::string name;
};

// `flags` by the name of the setting; a flag setting has the text "true".
Outcome<Settings> merge_settings(const std::map<std::string, std::string>& flags, const Environment& environment,
                                 const ConfigFile& config);

}  // namespace retort::cli

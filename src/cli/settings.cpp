#include "cli/settings.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include "base/text.h"

namespace retort::cli {
namespace {

template <class T>
std::optional<T> parse(std::string_view text) {
    T value{};
    const char* end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, value);
    return failed == std::errc() && stopped == end && !text.empty() ? std::optional<T>(value) : std::nullopt;
}

std::string joined(std::span<const std::string_view> names) {
    std::string out;
    for (const std::string_view name : names) out += (out.empty() ? "" : ", ") + std::string(name);
    return out;
}

std::string range_of(const SettingSpec& spec) {
    const std::string kind = spec.kind == SettingKind::whole ? "a whole number" : "a number";
    if (spec.most >= 1e15) return fmt::format("{} from {}", kind, spec.least);
    return fmt::format("{} from {} to {}", kind, spec.least, spec.most);
}

// What was expected, or nothing where the text will do.
std::optional<std::string> fault(const SettingSpec& spec, const std::string& text) {
    const auto outside = [&](double value) { return !(value >= spec.least && value <= spec.most); };
    switch (spec.kind) {
        case SettingKind::text:
            return text.empty() ? std::optional<std::string>("a value") : std::nullopt;
        case SettingKind::whole: {
            const auto value = parse<std::int64_t>(text);
            if (!value || outside(static_cast<double>(*value))) return range_of(spec);
            return std::nullopt;
        }
        case SettingKind::number: {
            const auto value = parse<double>(text);
            if (!value || outside(*value)) return range_of(spec);
            return std::nullopt;
        }
        case SettingKind::flag:
            if (text == "true" || text == "false" || text == "1" || text == "0") return std::nullopt;
            return "true or false";
        case SettingKind::choice:
            if (std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end()) return std::nullopt;
            return "one of " + joined(spec.choices);
    }
    return std::nullopt;
}

std::string nearest_choice(const SettingSpec& spec, const std::string& text) {
    const std::string_view near = nearest(text, {spec.choices.begin(), spec.choices.end()});
    return near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near);
}

std::optional<std::string> toml_text(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return text;
    if (const auto whole = node.value_exact<std::int64_t>()) return std::to_string(*whole);
    if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
    if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
    return std::nullopt;
}

Error unknown_key(const std::string& where, std::string_view key) {
    std::vector<std::string> names;
    for (const SettingSpec& spec : setting_specs()) names.push_back(config_key(spec));
    const std::string_view near = nearest(key, {names.begin(), names.end()});
    const std::string hint = near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near);
    return {ErrorKind::usage, fmt::format("{}: unknown setting \"{}\"{}; retort doctor lists all", where, key, hint)};
}

std::optional<Error> offer_config(const ConfigFile& config, Settings& settings) {
    try {
        const toml::table table = toml::parse(config.text);
        for (const auto& [key, node] : table) {
            const std::string where = fmt::format("{}:{}", config.name, node.source().begin.line);
            const auto specs = setting_specs();
            const auto spec = std::find_if(specs.begin(), specs.end(),
                                           [&, k = key.str()](const SettingSpec& s) { return config_key(s) == k; });
            if (spec == specs.end()) return unknown_key(where, key.str());
            const auto text = toml_text(node);
            if (!text) return Error{ErrorKind::usage, fmt::format("{}: {}: expected one value", where, key.str())};
            if (auto error = settings.offer(*spec, {*text, where})) return error;
        }
        return std::nullopt;
    } catch (const toml::parse_error& error) {
        return Error{ErrorKind::usage,
                     fmt::format("{}:{}: not TOML: {}", config.name, error.source().begin.line, error.description())};
    }
}

}  // namespace

std::optional<std::string> Settings::text(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional<std::string>(found->second.text);
}

std::optional<std::int64_t> Settings::whole(std::string_view name) const {
    const auto value = text(name);
    return value ? parse<std::int64_t>(*value) : std::nullopt;
}

std::optional<double> Settings::number(std::string_view name) const {
    const auto value = text(name);
    return value ? parse<double>(*value) : std::nullopt;
}

bool Settings::flag(std::string_view name) const {
    const auto value = text(name);
    return value && (*value == "true" || *value == "1");
}

bool Settings::given_as_flag(std::string_view name) const {
    const auto found = values_.find(name);
    return found != values_.end() && found->second.is_flag;
}

std::optional<Error> Settings::offer(const SettingSpec& spec, SettingValue value) {
    if (const auto expected = fault(spec, value.text))
        return Error{ErrorKind::usage, fmt::format("{}: expected {}, found \"{}\"{}", value.source, *expected,
                                                   value.text, nearest_choice(spec, value.text))};
    values_.try_emplace(std::string(spec.name), std::move(value));
    return std::nullopt;
}

Settings Settings::without(std::string_view name) const {
    Settings out = *this;
    if (const auto found = out.values_.find(name); found != out.values_.end()) out.values_.erase(found);
    return out;
}

Settings Settings::flags_only() const {
    Settings out;
    for (const auto& [name, value] : values_)
        if (value.is_flag) out.values_.emplace(name, value);
    return out;
}

std::optional<std::string> environment_variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

Outcome<Settings> merge_settings(const std::map<std::string, std::string>& flags, const Environment& environment,
                                 const ConfigFile& config) {
    Settings settings;
    for (const SettingSpec& spec : setting_specs()) {
        const auto given = flags.find(std::string(spec.name));
        if (given == flags.end()) continue;
        if (auto error = settings.offer(spec, {given->second, option_name(spec), true})) return *error;
    }
    for (const SettingSpec& spec : setting_specs()) {
        const std::string name = environment_name(spec);
        const auto value = environment(name);
        if (!value) continue;
        if (auto error = settings.offer(spec, {*value, name})) return *error;
    }
    if (auto error = offer_config(config, settings)) return *error;
    return settings;
}

}  // namespace retort::cli

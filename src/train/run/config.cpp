#include "train/run/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <optional>
#include <sstream>

#include "base/text.h"
#include "train/run/config_checks.h"

namespace retort::train {
namespace {

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

// Names that stand for enumerations are read as text first.
struct Texts {
    std::string surrogate;
    std::string advantage;
    std::string aggregate;
};

std::vector<ConfigKey> all_keys(TrainConfig& config, Texts& texts) {
    std::vector<ConfigKey> keys = config_keys(config);
    texts = {std::string(name(config.rl.objective.surrogate)), std::string(name(config.rl.objective.scale)),
             std::string(name(config.rl.objective.aggregation))};
    keys.push_back({"rl.surrogate", "cispo | clip (PPO, GRPO, DAPO) | reinforce", &texts.surrogate});
    keys.push_back(
        {"rl.advantage_std", "rewards are divided by the deviation of: group | batch | none", &texts.advantage});
    keys.push_back({"rl.loss_agg", "each counts alike: prompt | batch_token", &texts.aggregate});
    return keys;
}

const ConfigKey* find(const std::vector<ConfigKey>& keys, std::string_view name) {
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.name == name; });
    return found == keys.end() ? nullptr : &*found;
}

std::string unknown(const std::vector<ConfigKey>& keys, const std::string& name) {
    std::vector<std::string_view> names;
    for (const ConfigKey& key : keys) names.push_back(key.name);
    const std::string_view near = nearest(name, names);
    return near.empty() ? fmt::format("unknown key \"{}\" (retort train --keys lists them)", name)
                        : fmt::format("unknown key \"{}\"; did you mean \"{}\"?", name, near);
}

// What a key expects, for people.
struct Expected {
    std::string_view operator()(const std::int64_t*) const { return "a whole number"; }
    std::string_view operator()(const double*) const { return "a number"; }
    std::string_view operator()(const bool*) const { return "true or false"; }
    std::string_view operator()(const std::string*) const { return "a text"; }
    std::string_view operator()(const std::vector<std::string>*) const { return "a list of texts"; }
};

std::string wrong_type(const ConfigKey& key, const std::string& found) {
    return fmt::format("{}: expected {}, found {}", key.name, std::visit(Expected(), key.value), found);
}

template <class T>
bool parse_number(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

// From the text after "key=".
struct FromText {
    std::string_view text;
    bool operator()(std::int64_t* value) const { return parse_number(text, *value); }
    bool operator()(double* value) const { return parse_number(text, *value) && std::isfinite(*value); }
    bool operator()(bool* value) const {
        *value = text == "true";
        return text == "true" || text == "false";
    }
    bool operator()(std::string* value) const {
        *value = text;
        return true;
    }
    bool operator()(std::vector<std::string>* value) const {
        value->clear();
        std::stringstream parts{std::string(text)};
        for (std::string part; std::getline(parts, part, ';');) value->emplace_back(trim(part));
        return true;
    }
};

struct FromToml {
    const toml::node& node;
    bool operator()(std::int64_t* value) const {
        if (!node.is_integer()) return false;
        *value = *node.value<std::int64_t>();
        return true;
    }
    bool operator()(double* value) const {
        if (!node.is_number()) return false;
        *value = *node.value<double>();
        return std::isfinite(*value);
    }
    bool operator()(bool* value) const {
        if (!node.is_boolean()) return false;
        *value = *node.value<bool>();
        return true;
    }
    bool operator()(std::string* value) const {
        if (!node.is_string()) return false;
        *value = *node.value<std::string>();
        return true;
    }
    bool operator()(std::vector<std::string>* value) const {
        const toml::array* array = node.as_array();
        if (array == nullptr || !array->is_homogeneous(toml::node_type::string)) return false;
        value->clear();
        for (const toml::node& one : *array) value->push_back(*one.value<std::string>());
        return true;
    }
};

std::optional<std::string> read_table(const toml::table& table, const std::string& prefix,
                                      const std::vector<ConfigKey>& keys) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        if (const toml::table* inner = node.as_table()) {
            if (auto error = read_table(*inner, name + ".", keys)) return error;
            continue;
        }
        const auto at = fmt::format(":{}: ", node.source().begin.line);
        const ConfigKey* known = find(keys, name);
        if (known == nullptr) return at + unknown(keys, name);
        if (!std::visit(FromToml{node}, known->value)) return at + wrong_type(*known, "another type");
    }
    return std::nullopt;
}

std::optional<std::string> read_word(const std::string& word, const std::vector<ConfigKey>& keys) {
    // What is written again must be read again, and TOML is UTF-8.
    if (valid_utf8(word) != word) return fmt::format("\"{}\": expected UTF-8", valid_utf8(word));
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return fmt::format("\"{}\": expected key=value", word);
    const std::string name(trim(std::string_view(word).substr(0, equals)));
    const ConfigKey* known = find(keys, name);
    if (known == nullptr) return unknown(keys, name);
    const std::string_view text = trim(std::string_view(word).substr(equals + 1));
    if (!std::visit(FromText{text}, known->value)) return wrong_type(*known, fmt::format("\"{}\"", text));
    return std::nullopt;
}

template <class T>
std::optional<std::string> settle(const char* key, const std::string& text, std::optional<T> value, T& into,
                                  const char* known) {
    if (!value) return fmt::format("{}: expected {}, found \"{}\"", key, known, text);
    into = *value;
    return std::nullopt;
}

struct ToToml {
    std::string operator()(const std::int64_t* value) const { return std::to_string(*value); }
    std::string operator()(const double* value) const {
        const std::string text = fmt::format("{}", *value);
        return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
    }
    std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
    std::string operator()(const std::string* value) const { return quoted(*value); }
    std::string operator()(const std::vector<std::string>* values) const {
        std::vector<std::string> parts;
        for (const std::string& value : *values) parts.push_back(quoted(value));
        return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    // On one line, whatever it holds.
    static std::string quoted(const std::string& text) {
        std::string out = "\"";
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\')
                out += {'\\', c};
            else if (byte < 0x20 || byte == 0x7F)
                out += fmt::format("\\u{:04X}", byte);
            else
                out += c;
        }
        return out + "\"";
    }
};

std::string_view resume_words(const std::string& key) {
    return on_resume(key) == OnResume::fixed ? "" : " (may change on --resume)";
}

}  // namespace

AdamW StepSettings::at(std::int64_t step, std::int64_t all) const {
    AdamW out;
    const auto position = static_cast<double>(step);
    double scale = 1;
    if (step < warmup) {
        scale = (position + 1) / static_cast<double>(warmup + 1);
    } else if (all > warmup) {
        const double gone = std::min(1.0, (position - static_cast<double>(warmup)) / static_cast<double>(all - warmup));
        scale = final_lr + (1 - final_lr) * 0.5 * (1 + std::cos(std::numbers::pi * gone));
    }
    out.lr = lr * scale;
    out.weight_decay = weight_decay;
    out.clip_norm = clip_norm;
    return out;
}

Outcome<TrainConfig> parse_config(const std::string& name, const std::string& text,
                                  const std::vector<std::string>& words) {
    TrainConfig config;
    config.rl.trace.share = 1;
    config.rl.trace.operator_name = "cot";
    config.rl.op.operator_name = "pdr:4";
    Texts texts;
    const std::vector<ConfigKey> keys = all_keys(config, texts);
    try {
        if (const auto error = read_table(toml::parse(text), "", keys)) return usage(name + *error);
    } catch (const toml::parse_error& error) {
        return usage(fmt::format("{}:{}: no TOML: {}", name, error.source().begin.line, error.description()));
    }
    for (const std::string& word : words)
        if (const auto error = read_word(word, keys)) return usage(*error);
    ObjectiveSettings& objective = config.rl.objective;
    auto wrong = settle("rl.surrogate", texts.surrogate, surrogate_from(texts.surrogate), objective.surrogate,
                        "cispo, clip or reinforce");
    if (!wrong)
        wrong = settle("rl.advantage_std", texts.advantage, advantage_scale_from(texts.advantage), objective.scale,
                       "group, batch or none");
    if (!wrong)
        wrong = settle("rl.loss_agg", texts.aggregate, aggregation_from(texts.aggregate), objective.aggregation,
                       "prompt or batch_token");
    if (!wrong) wrong = fault_of(config);
    if (wrong) return usage(fmt::format("{}: {}", name, *wrong));
    return config;
}

Outcome<TrainConfig> read_config(const std::string& path, const std::vector<std::string>& words) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    std::error_code failed;
    if (!file || std::filesystem::is_directory(path, failed))
        return usage(fmt::format("{}: cannot be read; give the configuration of a training run (TOML){}", path,
                                 path.starts_with("run=") ? ", or --resume where the run is to go on" : ""));
    return parse_config(path, text.str(), words);
}

bool recomputes_logprobs(const TrainConfig& config) {
    return config.rl.recompute || !config.tinker.sampler.url.empty();
}

std::string to_toml(const TrainConfig& config, bool explained) {
    TrainConfig copy = config;
    Texts texts;
    std::vector<ConfigKey> keys = all_keys(copy, texts);
    // Dotted keys stand before any table, so that the order does not matter.
    std::string out;
    for (const ConfigKey& key : keys)
        out += fmt::format("{} = {}{}\n", key.name, std::visit(ToToml(), key.value),
                           explained ? fmt::format("  # {}{}", key.about, resume_words(key.name)) : "");
    return out;
}

TrainConfig without_places(TrainConfig config) {
    config.run.clear();
    for (std::string* file :
         {&config.model.from, &config.model.tokenizer, &config.sft.examples, &config.data.suite, &config.eval.suite})
        *file = std::filesystem::path(*file).filename().string();
    std::vector<std::string> against;
    std::istringstream files(config.data.against);
    for (std::string file; std::getline(files, file, ',');)
        against.push_back(std::filesystem::path(file).filename().string());
    config.data.against = fmt::format("{}", fmt::join(against, ","));
    return config;
}

}  // namespace retort::train

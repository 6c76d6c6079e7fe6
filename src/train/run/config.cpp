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
#include "distill/distiller.h"

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

bool one_of(const std::string& text, std::initializer_list<std::string_view> known) {
    return std::find(known.begin(), known.end(), text) != known.end();
}

// What the values must be among themselves. The first that is wrong.
std::optional<std::string> check_arm(const char* name, const ArmSettings& arm) {
    if (arm.share < 0) return fmt::format("{}.share: expected 0 or more, found {}", name, arm.share);
    if (arm.think < 0 || arm.max_answer < 1)
        return fmt::format("{}: expected think >= 0 and max_answer >= 1 tokens", name);
    if (!one_of(arm.gradient, {"refine", "drafts", "all"}))
        return fmt::format("{}.gradient: expected refine, drafts or all, found \"{}\"", name, arm.gradient);
    if (!one_of(arm.drafts, {"fresh", "shared", "cached"}))
        return fmt::format("{}.drafts: expected fresh, shared or cached, found \"{}\"", name, arm.drafts);
    if (arm.drafts != "fresh" && arm.gradient != "refine")
        return fmt::format(
            "{}: drafts = \"{}\" are not drawn by each rollout, so that only gradient = \"refine\" can "
            "credit them",
            name, arm.drafts);
    if (!distiller_from(arm.distiller))
        return fmt::format("{}.distiller: expected {}, found \"{}\"", name, fmt::join(distiller_names(), ", "),
                           arm.distiller);
    return std::nullopt;
}

std::optional<std::string> check_steps(const char* name, const StepSettings& s) {
    if (s.steps < 0 || s.warmup < 0) return fmt::format("{}: steps and warmup are 0 or more", name);
    if (s.lr <= 0) return fmt::format("{}.lr: expected a number above 0, found {}", name, s.lr);
    if (s.final_lr < 0 || s.final_lr > 1) return fmt::format("{}.final_lr: expected 0 to 1", name);
    if (s.weight_decay < 0 || s.clip_norm < 0) return fmt::format("{}: weight_decay and clip_norm are 0 or more", name);
    return std::nullopt;
}

std::optional<std::string> check_model(const ModelSettings& m) {
    if (!m.from.empty()) return std::nullopt;
    if (m.width < 1 || m.layers < 1 || m.heads < 1 || m.feed_forward < 1 || m.context < 2)
        return "model: width, layers, heads, feed_forward are at least 1, context at least 2";
    if (m.width > 65536 || m.layers > 1024 || m.heads > 1024 || m.feed_forward > 1 << 20 || m.context > 1 << 20)
        return "model: larger than this program trains";
    if (m.width % m.heads != 0 || m.width / m.heads % 2 != 0)
        return fmt::format("model: width {} over {} heads must be an even number of floats a head", m.width, m.heads);
    if (m.kv_heads < 0 || (m.kv_heads > 0 && m.heads % m.kv_heads != 0))
        return fmt::format("model.kv_heads: expected a divisor of {} heads, found {}", m.heads, m.kv_heads);
    return std::nullopt;
}

std::optional<std::string> check_tinker(const TrainConfig& c) {
    const TinkerSettings& t = c.tinker;
    if (!one_of(c.backend, {"local", "tinker"}))
        return fmt::format("backend: expected local or tinker, found \"{}\"", c.backend);
    if (c.backend == "local" && !c.url.empty())
        return "url: it is that of a training server: set backend = \"tinker\" too";
    if (c.backend == "local") return std::nullopt;
    if (!c.url.starts_with("http://") && !c.url.starts_with("https://"))
        return fmt::format("url: expected that of the training server, http://host:8000, found \"{}\"", c.url);
    if (!one_of(t.reduction, {"auto", "sum", "seq_mean"}))
        return fmt::format("tinker.reduction: expected auto, sum or seq_mean, found \"{}\"", t.reduction);
    if (!one_of(t.loss, {"coefficients", "cispo"}))
        return fmt::format("tinker.loss: expected coefficients or cispo, found \"{}\"", t.loss);
    if (!t.from.empty() && !t.from.starts_with("tinker://"))
        return fmt::format("tinker.from: expected a path of the server, tinker://..., found \"{}\"", t.from);
    if (t.rank < 1 || t.in_flight < 1 || t.in_flight > 16384 || t.patience_s < 0 || t.context < 0)
        return "tinker: rank is at least 1, in_flight 1 to 16384, patience_s and context 0 or more";
    if (c.model.from.empty())
        return "model.from: expected the GGUF of the server's base model (its vocabulary is enough): it has the "
               "tokenizer and the chat template";
    if (std::error_code failed; std::filesystem::exists(c.model.from + "/server-model.json", failed))
        return fmt::format(
            "model.from: {} was trained on a server: give the base model's GGUF here, and the path that the "
            "server keeps in tinker.from",
            c.model.from);
    if (t.loss == "cispo" && (c.rl.objective.alpha != 0 || c.rl.objective.surrogate != Surrogate::cispo))
        return "tinker.loss: a server's own cispo has no place for the SFT term or another surrogate: set rl.alpha = "
               "0, "
               "or leave it at coefficients";
    if (c.rl.temperature != 1)
        return "rl.temperature: a training server's log-probabilities are those at temperature 1: leave it at 1";
    if (c.device != "cpu") return "device: with backend = \"tinker\" the server computes: leave it out";
    if (c.async != 0)
        return "async: expected 0 with backend = \"tinker\": sampling older weights would undo the training";
    if (c.rl.sampler != "own") return "rl.sampler: expected own with backend = \"tinker\": the server writes";
    return std::nullopt;
}

double last_share(const ArmSettings& arm) {
    return arm.share_end < 0 ? arm.share : arm.share_end;
}

std::optional<std::string> check_plan(const PlanSettings& p) {
    if (p.question < 1) return "plan.question: expected 1 token or more";
    if (p.mean_length <= 0 || p.mean_length > 1)
        return fmt::format("plan.mean_length: expected a part of a call's limit, above 0 and at most 1, found {}",
                           p.mean_length);
    const double least = std::min({p.sample_tokens_per_gpu_s, p.train_tokens_per_gpu_s, static_cast<double>(p.gpus),
                                   p.price_gpu_hour, p.price_sample_mtok, p.price_prefill_mtok, p.price_train_mtok});
    if (least < 0) return "plan: figures and prices are 0 or more";
    return std::nullopt;
}

std::optional<std::string> check(const TrainConfig& c) {
    if (auto wrong = check_tinker(c)) return wrong;
    if (auto wrong = check_model(c.model)) return wrong;
    if (auto wrong = check_steps("sft", c.sft)) return wrong;
    if (auto wrong = check_steps("rl", c.rl)) return wrong;
    if (auto wrong = check_arm("rl.trace", c.rl.trace)) return wrong;
    if (auto wrong = check_arm("rl.op", c.rl.op)) return wrong;
    if (c.sft.steps + c.rl.steps < 1 && c.eval.every < 1)
        return "nothing to do: set sft.steps or rl.steps, or eval.every to evaluate only";
    if (c.sft.steps > 0 && c.sft.batch_tokens < 1) return "sft.batch_tokens: expected 1 or more";
    if (c.rl.steps > 0 && c.rl.trace.share + c.rl.op.share <= 0) return "rl.trace.share and rl.op.share are both 0";
    if (c.rl.steps > 0 && last_share(c.rl.trace) + last_share(c.rl.op) <= 0)
        return "rl.trace.share_end and rl.op.share_end: both shares are 0 at the last step";
    if (c.rl.steps > 0 && (c.rl.prompts < 1 || c.rl.generations < 2 || c.rl.updates < 1 || c.rl.rows < 1))
        return "rl: prompts, updates and rows are at least 1, generations at least 2";
    if (!one_of(c.rl.curriculum, {"none", "pass_rate"}))
        return fmt::format("rl.curriculum: expected none or pass_rate, found \"{}\"", c.rl.curriculum);
    if (c.rl.temperature <= 0) return "rl.temperature: expected a number above 0";
    if (c.rl.objective.is_clip_min < 0 || c.rl.objective.is_clip_max < c.rl.objective.is_clip_min)
        return "rl.is_clip_min and rl.is_clip_max: expected 0 <= min <= max, as ratios (PPO's epsilon of 0.2 is 0.8 "
               "and 1.2)";
    if (c.pack_tokens < 1 || c.checkpoint_every < 1 || c.checkpoint_keep < 1)
        return "pack_tokens, checkpoint_every and checkpoint_keep are at least 1";
    if (c.async != 0 && c.async != 1) return "async: expected 0 or 1";
    if (c.threads < 0 || c.threads > 512) return "threads: expected 0 to 512";
    if (!one_of(c.save, {"f32", "f16", "q8_0"}))
        return fmt::format("save: expected f32, f16 or q8_0, found \"{}\"", c.save);
    if (!one_of(c.rl.sampler, {"own", "llama"}))
        return fmt::format("rl.sampler: expected own or llama, found \"{}\"", c.rl.sampler);
    if (c.task.empty() && c.model.from.empty() && c.model.tokenizer.empty())
        return "model: a new one needs words: those of task = \"countdown\", or model.tokenizer = FILE; or model.from "
               "says what to start from";
    if (c.task.empty() && c.sft.steps > 0 && c.sft.examples.empty())
        return "sft: expected worked examples: sft.examples = FILE, or task = \"countdown\"";
    if (auto wrong = check_plan(c.plan)) return wrong;
    if (c.eval.every < 0 || c.eval.samples < 1 || c.eval.temperature < 0) return "eval: a value is out of range";
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
    if (!wrong) wrong = check(config);
    if (wrong) return usage(fmt::format("{}: {}", name, *wrong));
    return config;
}

Outcome<TrainConfig> read_config(const std::string& path, const std::vector<std::string>& words) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    std::error_code failed;
    if (!file || std::filesystem::is_directory(path, failed))
        return usage(fmt::format("{}: cannot be read; give the configuration of a training run (TOML)", path));
    return parse_config(path, text.str(), words);
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

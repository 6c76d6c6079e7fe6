#include "cli/model_table.h"

#include "cli/table_rows.h"

namespace retort::cli {
namespace {

Outcome<ModelRow> row_of(const toml::table& table, const std::string& name) {
    const std::vector<std::string_view> known{"name",  "file",   "about", "licence", "parameters", "context",
                                              "bytes", "sha256", "url",   "wheel",   "shipped"};
    if (const auto error = unknown_key(table, known, name)) return *error;
    ModelRow row;
    row.name = table["name"].value_or("");
    row.file = table["file"].value_or("");
    if (row.name.empty() || !is_plain_name(row.file))
        return row_fault(name, table, "a model needs a name, and a file without a folder");
    row.shipped = table["shipped"].value_or(false);
    const auto source = row.shipped ? checked_file_of(table, name) : file_source_of(table, "a model", name);
    if (!source) return source.error();
    static_cast<FileSource&>(row) = *source;
    row.file = table["file"].value_or("");
    row.about = table["about"].value_or("");
    row.licence = table["licence"].value_or("");
    row.parameters = table["parameters"].value_or(std::int64_t{0});
    row.context = table["context"].value_or(std::int64_t{0});
    return row;
}

}  // namespace

Outcome<std::vector<ModelRow>> parse_model_table(std::string_view toml, const std::string& name) {
    return parse_rows<ModelRow>(toml, name, "model", row_of);
}

Outcome<std::vector<ModelRow>> all_models(const std::string& user_path) {
    return with_own_rows<ModelRow>(parse_model_table(compiled_model_table(), "models.toml"), user_path,
                                   parse_model_table);
}

const ModelRow* find_model(const std::vector<ModelRow>& rows, std::string_view name) {
    return find_row(rows, name);
}

std::string file_of(const ModelRow& row, const std::string& models_folder, const std::string& shipped_folder) {
    return (row.shipped ? shipped_folder : models_folder) + "/" + row.file;
}

const ModelRow& default_model(const std::vector<ModelRow>& rows) {
    return rows.front();
}

}  // namespace retort::cli

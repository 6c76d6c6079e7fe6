#include "cli/suite_table.h"

#include <filesystem>

#include "base/text.h"
#include "cli/output.h"
#include "cli/read_compressed.h"
#include "cli/table_rows.h"
#include "cli/write_file.h"
#include "eval/suite.h"

namespace retort::cli {
namespace {

Outcome<SuiteMapping> mapping_of(const toml::table& table, const std::string& name) {
    SuiteMapping out;
    out.kind = table["kind"].value_or("math");
    out.answer_after = table["answer_after"].value_or("");
    out.problem_until = table["problem_until"].value_or("");
    const toml::table* fields = table["fields"].as_table();
    if (fields == nullptr) return out;
    for (const auto& [ours, theirs] : *fields) {
        if (!theirs.is_string()) return row_fault(name, theirs, "fields: expected our name = \"their name\"");
        out.fields.emplace(ours.str(), theirs.value_or(""));
    }
    return out;
}

Outcome<SuiteRow> row_of(const toml::table& table, const std::string& name) {
    const std::vector<std::string_view> known{"name",  "about",  "licence", "problems",      "kind",
                                              "bytes", "url",    "wheel",   "problem_until", "answer_after",
                                              "tried", "sha256", "fields"};
    if (const auto error = unknown_key(table, known, name)) return *error;
    SuiteRow row;
    row.name = table["name"].value_or("");
    if (!is_plain_name(row.name)) return row_fault(name, table, "a suite needs a name without a folder");
    const auto source = file_source_of(table, "a suite", name);
    if (!source) return source.error();
    static_cast<FileSource&>(row) = *source;
    const auto mapping = mapping_of(table, name);
    if (!mapping) return mapping.error();
    row.mapping = *mapping;
    // A row that was given another checksum has another file.
    row.file = row.name + (row.sha256.empty() ? "" : "-" + row.sha256.substr(0, 8));
    row.about = table["about"].value_or("");
    row.licence = table["licence"].value_or("");
    row.problems = table["problems"].value_or(0);
    row.tried = table["tried"].value_or(false);
    return row;
}

bool is_file(const std::string& path) {
    std::error_code failed;
    return std::filesystem::is_regular_file(path, failed);
}

Error not_as_expected(const SuiteRow& row, const std::string& what) {
    return {ErrorKind::file, fmt::format("the published file of {} is not as its row says: {}", row.name, what)};
}

// The suite's text, and how many problems it has.
Outcome<std::pair<std::string, std::size_t>> made_of(const SuiteRow& row, const std::string& path) {
    constexpr std::size_t kMostBytes = std::size_t{1} << 28;
    const auto published = read_compressed(path, kMostBytes);
    if (!published) return published.error();
    auto text = mapped_suite(row.name, *published, row.mapping);
    if (!text) return not_as_expected(row, text.error().message);
    const auto suite = parse_suite(row.name, *text);
    if (!suite) return not_as_expected(row, suite.error().message);
    const std::size_t found = suite->problems.size();
    if (row.problems > 0 && found != static_cast<std::size_t>(row.problems))
        return not_as_expected(row, fmt::format("expected {} problems, found {}", row.problems, found));
    return std::pair(std::move(*text), found);
}

}  // namespace

Outcome<std::vector<SuiteRow>> parse_suite_table(std::string_view toml, const std::string& name) {
    return parse_rows<SuiteRow>(toml, name, "suite", row_of);
}

Outcome<std::vector<SuiteRow>> all_suites(const std::string& user_path) {
    return with_own_rows<SuiteRow>(parse_suite_table(compiled_suite_table(), "suites.toml"), user_path,
                                   parse_suite_table);
}

std::string suite_path(const std::string& folder, const std::string& name) {
    return folder + "/" + name + ".jsonl";
}

Outcome<PulledSuite> pull_suite(const SuiteRow& row, const std::string& folder, const PullProgress& progress) {
    const auto source = pull_file(row, folder + "/published", progress);
    if (!source) return source.error();
    const auto made = made_of(row, source->path);
    if (!made) return made.error();
    PulledSuite out{suite_path(folder, row.name), *source, made->second};
    const auto written = write_file(out.path, made->first);
    if (!written) return written.error();
    return out;
}

Outcome<std::string> find_suite(const std::string& name, const Environment& environment) {
    if (is_file(name)) return name;
    const auto no_such = [&name](const std::string& advice) {
        return Error{ErrorKind::usage, fmt::format("no such suite file: {}{}", name, advice)};
    };
    if (!is_plain_name(name)) return no_such("");
    const auto rows = all_suites(user_suites_path(environment));
    if (!rows) return rows.error();
    const SuiteRow* row = find_row(*rows, name);
    const std::string known = row == nullptr ? name : row->name;
    const std::string folder = suites_folder(environment);
    if (const std::string pulled = suite_path(folder, known); !folder.empty() && is_file(pulled)) return pulled;
    if (row != nullptr) return no_such(fmt::format("; get the suite of that name with: retort suite pull {}", known));
    std::vector<std::string_view> names;
    for (const SuiteRow& one : *rows) names.push_back(one.name);
    const std::string_view near = nearest(name, names);
    return no_such(fmt::format(", and no suite of that name{}; retort suite list shows what there is",
                               near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near)));
}

}  // namespace retort::cli

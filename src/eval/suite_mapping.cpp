#include "eval/suite_mapping.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace retort {
namespace {

using nlohmann::ordered_json;

std::string id_of(const ordered_json& line, const std::string& name, std::size_t number) {
    const auto id = line.find("id");
    if (id != line.end() && id->is_string()) return id->get<std::string>();
    if (id != line.end() && id->is_number_integer()) return fmt::format("{}-{}", name, id->dump());
    return fmt::format("{}-{}", name, number);
}

// Theirs under our names, in our order, then the rest.
Outcome<void> rename_fields(const ordered_json& theirs, const SuiteMapping& mapping, ordered_json& out) {
    ordered_json rest = theirs;
    out = {{"id", nullptr}, {"kind", mapping.kind}, {"problem", nullptr}, {"answer", nullptr}};
    for (const auto& [ours, from] : mapping.fields) {
        const auto found = theirs.find(from);
        if (found == theirs.end()) return Error{ErrorKind::file, fmt::format("expected \"{}\", found none", from)};
        out[ours] = *found;
        rest.erase(from);
    }
    for (const auto& [key, value] : rest.items())
        if (!out.contains(key) || out[key].is_null()) out[key] = value;
    return {};
}

Outcome<void> cut_answer(ordered_json& line, const std::string& marker) {
    if (!line["answer"].is_string()) return Error{ErrorKind::file, "expected the answer to be a text"};
    const std::string whole = line["answer"].get<std::string>();
    const auto at = whole.rfind(marker);
    if (at == whole.npos) return Error{ErrorKind::file, fmt::format("expected \"{}\" before the answer", marker)};
    line["solution"] = whole;
    line["answer"] = std::string(trim(std::string_view(whole).substr(at + marker.size())));
    return {};
}

void cut_problem(ordered_json& line, const std::string& marker) {
    if (!line["problem"].is_string()) return;
    const std::string whole = line["problem"].get<std::string>();
    if (const auto at = whole.rfind(marker); at != whole.npos) line["problem"] = whole.substr(0, at);
}

Outcome<std::string> mapped_line(std::string_view text, const std::string& name, std::size_t number,
                                 const SuiteMapping& mapping) {
    const ordered_json theirs = ordered_json::parse(text, nullptr, false);
    if (!theirs.is_object()) return Error{ErrorKind::file, "expected a JSON object"};
    ordered_json line;
    const auto renamed = rename_fields(theirs, mapping, line);
    if (!renamed) return renamed.error();
    line["id"] = id_of(line, name, number);
    if (!mapping.answer_after.empty()) {
        const auto cut = cut_answer(line, mapping.answer_after);
        if (!cut) return cut.error();
    }
    if (!mapping.problem_until.empty()) cut_problem(line, mapping.problem_until);
    return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Outcome<std::string> mapped_suite(const std::string& name, const std::string& text, const SuiteMapping& mapping) {
    std::string out;
    std::size_t place = 0;
    std::size_t number = 0;
    for (std::string_view rest = text; !rest.empty();) {
        ++place;
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty()) continue;
        const auto mapped = mapped_line(line, name, ++number, mapping);
        if (!mapped) return Error{ErrorKind::file, fmt::format("{}:{}: {}", name, place, mapped.error().message)};
        out += *mapped;
    }
    return out;
}

}  // namespace retort

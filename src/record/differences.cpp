#include "record/differences.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace retort {
namespace {

constexpr std::size_t kLongestValue = 60;
constexpr std::string_view kUnset = "unset";

std::string shown(const nlohmann::json& value) {
    const std::string text = value.is_string() ? value.get<std::string>()
                                               : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (text.size() <= kLongestValue) return text;
    return std::string(utf8_prefix(text, kLongestValue)) + "...";
}

// The cut of a long value must not hide a difference, so values are compared whole.
struct Value {
    nlohmann::json whole;
    std::string shown;
};

void flatten(const nlohmann::json& value, const std::string& name, std::map<std::string, Value>& out) {
    if (!value.is_object()) {
        out[name] = {value, shown(value)};
        return;
    }
    for (const auto& [key, inner] : value.items()) flatten(inner, name.empty() ? key : name + "." + key, out);
}

std::map<std::string, Value> settings(const std::string& json) {
    std::map<std::string, Value> out;
    const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
    if (parsed.is_object())
        flatten(parsed, "", out);
    else
        out["configuration"] = {json, shown(json)};
    return out;
}

void add(Differences& out, const std::string& name, std::string_view before, std::string_view now) {
    ++out.count;
    if (!out.text.empty()) out.text += "; ";
    out.text += fmt::format("{}={} in the journal, now {}={}", name, before, name, now);
}

}  // namespace

Differences setting_differences(const std::string& journal_json, const std::string& asked_json) {
    Differences out;
    const auto before = settings(journal_json);
    const auto now = settings(asked_json);
    for (const auto& [name, value] : before) {
        const auto at = now.find(name);
        if (at == now.end())
            add(out, name, value.shown, kUnset);
        else if (at->second.whole != value.whole)
            add(out, name, value.shown, at->second.shown);
    }
    for (const auto& [name, value] : now)
        if (!before.contains(name)) add(out, name, kUnset, value.shown);
    return out;
}

}  // namespace retort

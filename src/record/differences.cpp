#include "record/differences.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"

namespace retort {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestValue = 60;
constexpr const char* kUnset = "unset";

std::string shown(const json& value) {
    const std::string text =
        value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() <= kLongestValue) return text;
    return std::string(utf8_prefix(text, kLongestValue)) + "...";
}

// None: not set.
std::string shown(const json* value) {
    return value == nullptr ? kUnset : shown(*value);
}

using Differences = std::vector<SettingDifference>;

void compare(const std::string& name, const json* before, const json* now, Differences& out);

void compare_objects(const std::string& name, const json& before, const json& now, Differences& out) {
    std::set<std::string> keys;
    for (const json* object : {&before, &now})
        for (const auto& [key, value] : object->items()) keys.insert(key);
    const auto at = [](const json& object, const std::string& key) {
        const auto found = object.find(key);
        return found == object.end() ? nullptr : &*found;
    };
    for (const std::string& key : keys)
        compare(name.empty() ? key : name + "." + key, at(before, key), at(now, key), out);
}

// Values are compared whole: the cut of a long one must not hide a difference.
void compare(const std::string& name, const json* before, const json* now, Differences& out) {
    if (before != nullptr && now != nullptr) {
        if (*before == *now) return;
        if (before->is_object() && now->is_object()) return compare_objects(name, *before, *now, out);
        if (before->is_array() && now->is_array() && before->size() == now->size()) {
            for (std::size_t i = 0; i < before->size(); ++i)
                compare(fmt::format("{}[{}]", name, i + 1), &(*before)[i], &(*now)[i], out);
            return;
        }
        if (before->is_array() && now->is_array()) {
            out.push_back({name, std::to_string(before->size()), std::to_string(now->size())});
            return;
        }
    }
    out.push_back({name, shown(before), shown(now)});
}

}  // namespace

std::vector<SettingDifference> setting_differences(const std::string& journal_json, const std::string& asked_json) {
    Differences out;
    const json before = json::parse(journal_json, nullptr, false), now = json::parse(asked_json, nullptr, false);
    if (before.is_object() && now.is_object())
        compare_objects("", before, now, out);
    else if (journal_json != asked_json)
        out.push_back({"configuration", shown(json(journal_json)), shown(json(asked_json))});
    return out;
}

std::string told(const std::vector<SettingDifference>& differences) {
    std::string out;
    for (const SettingDifference& one : differences)
        out += fmt::format("{}{}={} in the journal, now {}={}", out.empty() ? "" : "; ", one.name, one.before, one.name,
                           one.now);
    return out;
}

}  // namespace retort

// How two configurations differ, for people. Pure.
#pragma once

#include <string>
#include <vector>

namespace retort {

struct SettingDifference {
    std::string name;    // "seed"; nested settings are "a.b", elements of a list "a[1].b", from 1
    std::string before;  // values as they are shown: long ones are cut, what is not set is "unset"
    std::string now;
};

// Both are JSON objects, in the order of names. Lists of different length differ as a whole: "rounds", "2", "1".
// Anything that is no JSON object is compared as a whole, as "configuration".
std::vector<SettingDifference> setting_differences(const std::string& journal_json, const std::string& asked_json);

// "think=8192 in the journal, now think=4096; ..."
std::string told(const std::vector<SettingDifference>& differences);

}  // namespace retort

// How two configurations differ, for people. Pure.
#pragma once

#include <string>

namespace retort {

struct Differences {
    int count = 0;     // settings that differ
    std::string text;  // "think=8192 in the journal, now think=4096; ..."; long values are cut
};

// Both are JSON objects; nested settings are named "a.b". Anything else is compared as a whole.
Differences setting_differences(const std::string& journal_json, const std::string& asked_json);

}  // namespace retort

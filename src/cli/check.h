// One thing that `doctor` looked at: what is, whether it will do, and what to do where it will not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace retort::cli {

struct Check {
    enum class Level { ok, warn, fail };
    Level level = Level::ok;
    std::string what;
    std::string found;
    std::string advice;  // empty: nothing to do
};
std::string_view name(Check::Level level);

// A line each, advice below it; in colour where stdout is a terminal.
std::string checks_text(const std::vector<Check>& checks);

// Nothing failed.
bool all_well(const std::vector<Check>& checks);

}  // namespace retort::cli

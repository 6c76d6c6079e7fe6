#include "cli/check.h"

#include <algorithm>

#include "cli/display/screen.h"
#include "cli/display/text.h"
#include "cli/output.h"

namespace retort::cli {
namespace {

Tone tone_of(Check::Level level) {
    return level == Check::Level::ok ? Tone::good : level == Check::Level::warn ? Tone::accent : Tone::bad;
}

}  // namespace

std::string_view name(Check::Level level) {
    switch (level) {
        case Check::Level::ok:
            return "ok";
        case Check::Level::warn:
            return "warn";
        case Check::Level::fail:
            break;
    }
    return "fail";
}

std::string checks_text(const std::vector<Check>& checks) {
    const bool colour = allows_colour(kStdout);
    std::string out;
    for (const Check& check : checks) {
        const Line line{{pad_right(name(check.level), 6), tone_of(check.level)},
                        {pad_right(check.what, 16), Tone::dim},
                        {one_line(check.found)}};
        out += paint(line, colour) + "\n";
        if (!check.advice.empty()) out += std::string(22, ' ') + one_line(check.advice) + "\n";
    }
    return out;
}

bool all_well(const std::vector<Check>& checks) {
    return std::none_of(checks.begin(), checks.end(), [](const Check& c) { return c.level == Check::Level::fail; });
}

}  // namespace retort::cli

// A score that a judge gave, read from its reply. Pure and total: any bytes in, no throw.
#pragma once

#include <optional>
#include <string_view>

namespace retort {

// From 0 to 100. Read is what follows the last "SCORE:" (case and Markdown around it ignored) that a number follows;
// without one the last line that is not empty, when it holds one number only. "85", "85/100", "85 out of 100", "85 %"
// and "85.5" are scores; another scale ("8/10"), a sign or a number above 100 is none.
std::optional<double> parse_score(std::string_view reply);

}  // namespace retort

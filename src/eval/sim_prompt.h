// What the simulated model finds in a prompt. Pure and total. Not public.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retort {

// The line by which a simulated analysis says that a solution does not hold; its readers look for it.
inline constexpr std::string_view kSimFlawed = "The solution is flawed.";
inline constexpr std::string_view kSimSound = "The solution is sound.";

// The answers of the candidates in a prompt, in the order in which they stand. Candidates are what follows "Candidate
// 1:" and so on: the last box of each, or the whole where that is one short line; none: it has no answer. Without such
// labels every box counts. The problem's own text is passed over.
std::vector<std::optional<std::string>> sim_candidates(std::string_view prompt, std::string_view problem);

// How many candidates a selection may name, by the prompt's words ("Select the 2", "Select at most 2"); 1 where it
// does not say.
int sim_selectable(std::string_view prompt);

}  // namespace retort

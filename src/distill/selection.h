// Choosing k of n drafts: by a model's reply, or by chance.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace retort {

// The candidates (0-based, in the order named) that a reply selects. Candidates are numbered from 1 in the prompt. What
// follows the last "SELECT:" is read, else the last line that is not empty; it must name 1 to k different candidates
// of the n and no other number. None when it does not.
std::optional<std::vector<int>> parse_selection(std::string_view reply, int k, int n);

// min(k, n) different indices below n, uniformly, ascending. The same for the same seed on every machine.
std::vector<int> random_k(int k, int n, std::uint64_t seed);

// The indices below n in an order that the seed decides; every order is equally likely.
std::vector<int> shuffled(int n, std::uint64_t seed);

}  // namespace retort

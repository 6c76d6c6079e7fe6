// How hard a countdown is: in how many of all ways to make every move but the last, the last can reach the target.
// Not public.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace retort::generate {

struct Hits {
    std::int64_t ways = 0;         // to make every move but the last
    std::vector<std::int64_t> of;  // by target: the ways after which the last move can reach it
    bool within(int target, int least_percent, int most_percent) const;
};

// A move joins any two numbers, the larger first, and gives a positive whole number. `numbers` has at least two.
Hits count_hits(const std::vector<int>& numbers, int largest_target);

// What decides a problem's split: the same for countdown and the game of 24, so that a problem of one is no training
// for a test of the other.
std::string family_of(std::vector<int> numbers, std::int64_t target);

}  // namespace retort::generate

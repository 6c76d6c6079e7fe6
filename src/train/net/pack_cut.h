// Not public; C++17.
#pragma once

#include "train/net/net.h"

namespace retort::train {

// Stretches of whole sequences with at most so many tokens each, or one sequence.
struct PackStretch {
    std::size_t first = 0;  // sequence
    std::size_t count = 0;
};
std::vector<PackStretch> cut_pack(const Pack& pack, std::int64_t most_tokens);

}  // namespace retort::train

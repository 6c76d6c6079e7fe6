// A part of a suite's problems, for one of several machines: shard 1 of 4 runs the first, the fifth, the ninth, ... The
// run is that of the whole suite: its id and the seeds of its calls know nothing of shards. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"
#include "eval/suite.h"

namespace retort::cli {

struct Shard {
    int index = 1;  // from 1
    int of = 1;
    friend bool operator==(const Shard&, const Shard&) = default;

    // How many of so many problems it has.
    std::size_t problems(std::size_t all) const;
};

// From "I/N". An error of kind usage when it is anything else, or not 1 <= I <= N <= 100000.
Outcome<Shard> parse_shard(const std::string& text);

// Its problems, in the suite's order; the name is the suite's. An error of kind usage when it has none.
Outcome<Suite> part_of(const Suite& suite, const Shard& shard);

// "shard 1 of 4: 125 of 500 problems"
std::string shard_words(const Shard& shard, std::size_t all);

}  // namespace retort::cli

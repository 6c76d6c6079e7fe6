// Journals of shards of an evaluation made one: `retort journal merge`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace retort {

struct MergeOptions {
    std::int64_t largest_pages = 0;  // of 4 KiB; 0: no bound. For tests of a full disk
};

struct MergedJournal {
    std::int64_t runs = 0;
    std::int64_t samples = 0;          // with calls or a result
    std::int64_t calls = 0;            // however they ended
    std::vector<std::string> caveats;  // what differs between the inputs and was taken from the first, a line each
};

// Writes a new journal `out` with all that `inputs` hold, which are left as they are; one that is being written counts
// as far as it is. Runs of the same id become one run, the others stand side by side.
//
// A sample that several inputs have is kept once, from the one in which it came furthest. What others completed of it
// is added where no call of it failed or was cancelled: what came after such a call may have been asked without it.
// Different completions of one place are an error of kind usage that names both files.
//
// `out` is there when all is written, or not at all: it is made under the name `out`.part. An error of kind usage when
// it exists, of kind file when an input is damaged or no journal of this version, or the disk is full. Blocks; on any
// thread.
Outcome<MergedJournal> merge_journals(const std::string& out, const std::vector<std::string>& inputs,
                                      MergeOptions options = {});

}  // namespace retort

// How much memory a net will take, before there is one. Pure arithmetic; C++17 and free of LibTorch.
#pragma once

#include <cstdint>

#include "train/net/net.h"

namespace retort::train {

// The most that is asked of a net, in tokens.
struct NetDemand {
    std::int64_t pack = 0;     // of a pack that it learns from; 0: it learns from none
    std::int64_t longest = 0;  // of a sequence in it
    std::int64_t written = 0;  // sequences (not tokens) of one Decoder::write; 0: none
    std::int64_t prompt = 0;   // that such a sequence begins with
    std::int64_t whole = 0;    // of such a sequence at its end
    // Of all sequences of one write together, which are not all as long as the longest:
    std::int64_t all_prompts = 0;  // of different prompts
    std::int64_t all_whole = 0;
};

// Bytes of a net and one decoder of it once all of that was done: they keep what they once needed. Of the device's
// memory where the net computes there, else of the process's. What libraries keep for themselves is not in it. A device
// that this program was built without is an exception, as it is of Net.
std::int64_t net_bytes(const NetShape& shape, const NetOptions& options, const NetDemand& demand);

// Whether that memory is the process's.
bool computes_in_process(const NetOptions& options);

}  // namespace retort::train

// What this process may use of the machine. Not public.
#pragma once

#include <cstdint>

namespace retort::llama {

// Cores by the scheduler's affinity and the control group's quota; at least 1.
int usable_cores();

// Bytes that can be had without swapping: what the kernel calls available, within the control group's limit. 0: not
// known.
std::int64_t available_memory();

// Bytes of memory that this process takes now. 0: not known.
std::int64_t resident_memory();

}  // namespace retort::llama

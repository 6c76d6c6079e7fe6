// The time of day, as the page and the journal have it.
#pragma once

#include <chrono>
#include <cstdint>

namespace retort::gateway {

// Milliseconds since 1970.
inline std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace retort::gateway

// Stable hashes: the same on every machine and in every version of the program.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace retort {

// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

// The first 64 bits of SHA-256, big-endian.
std::uint64_t hash64(std::string_view bytes);

}  // namespace retort

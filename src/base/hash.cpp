#include "base/hash.h"

#include <openssl/sha.h>

#include <array>

namespace retort {
namespace {

std::array<unsigned char, SHA256_DIGEST_LENGTH> digest(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> out{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
    return out;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string out;
    out.reserve(2 * SHA256_DIGEST_LENGTH);
    for (const unsigned char byte : digest(bytes)) {
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
    return out;
}

std::uint64_t hash64(std::string_view bytes) {
    std::uint64_t out = 0;
    const auto full = digest(bytes);
    for (int i = 0; i < 8; ++i) out = (out << 8) | full[static_cast<std::size_t>(i)];
    return out;
}

}  // namespace retort

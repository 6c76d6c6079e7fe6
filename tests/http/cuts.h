// A text cut into pieces in every way that matters.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace retort::test {

// Byte by byte, and in two at every place.
template <class Check>
void for_every_cut(const std::string& text, Check check) {
    std::vector<std::string> bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    check(bytes);
    for (std::size_t at = 0; at <= text.size(); ++at) check({text.substr(0, at), text.substr(at)});
}

inline std::vector<std::string> cut_by(const std::string& text, const std::vector<std::uint8_t>& sizes) {
    std::vector<std::string> pieces;
    std::size_t at = 0;
    for (std::size_t i = 0; at < text.size(); ++i) {
        const std::size_t size = i < sizes.size() ? sizes[i] % 7 : text.size();
        pieces.push_back(text.substr(at, size));
        at += size;
    }
    return pieces;
}

}  // namespace retort::test

// Random strings as tokenizer_reference.py makes them: words, numbers, spaces, punctuation, characters from
// all over Unicode.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace retort::train::test {

constexpr int kRandomStrings = 10000;

constexpr std::array<std::string_view, 30> kWords{"the",
                                                  " the",
                                                  "Answer",
                                                  " answer",
                                                  "don't",
                                                  "I'll",
                                                  "we've",
                                                  "'s",
                                                  "'S",
                                                  " number",
                                                  "Candidate",
                                                  "x^2",
                                                  " = ",
                                                  "\xC3\xA9t\xC3\xA9",
                                                  "na\xC3\xAFve",
                                                  "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82",
                                                  " \xD0\xBC\xD0\xB8\xD1\x80",
                                                  "\xE3\x81\x93\xE3\x82\x93",
                                                  "\xE4\xBD\xA0\xE5\xA5\xBD",
                                                  "\xF0\x9F\x98\x80",
                                                  "e\xCC\x81",
                                                  "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
                                                  "\xD8\xA7\xD9\x84\xD8\xB9",
                                                  "\xE0\xA4\xB9\xE0\xA4\xBF",
                                                  "\\boxed{",
                                                  "}",
                                                  "</",
                                                  "<|im",
                                                  "**",
                                                  "http://a.b/c?d=1"};
constexpr std::array<std::string_view, 10> kSpaces{" ",    "  ",       "\n",           "\n\n", "\t",
                                                   "\r\n", "\xC2\xA0", "\xE3\x80\x80", "   ",  "\xE2\x80\xA8"};
constexpr std::array<std::string_view, 8> kNumbers{"\xD9\xA3",     "\xC2\xB2",     "\xE2\x85\xA3", "\xC2\xBD",
                                                   "\xE0\xA5\xA7", "\xE2\x91\xA0", "\xEF\xBC\x91", "\xE4\xB8\x89"};
constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

// Without the blocks that Unicode 16 filled: llama.cpp's tables do not have their letters yet.
constexpr std::array<std::pair<std::uint64_t, std::uint64_t>, 8> kRanges{{{0x80, 0x1C87},
                                                                          {0x1C90, 0xA7CA},
                                                                          {0xA7F2, 0xD7FF},
                                                                          {0xE000, 0xFFFD},
                                                                          {0x10000, 0x105BF},
                                                                          {0x1D400, 0x1D7FF},
                                                                          {0x1F300, 0x1F9FF},
                                                                          {0x20000, 0x2A6DF}}};

// SplitMix64.
class RandomBelow {
  public:
    explicit RandomBelow(std::uint64_t seed) : state_(seed) {}

    std::uint64_t operator()(std::uint64_t bound) {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t x = state_;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return (x ^ (x >> 31)) % bound;
    }

  private:
    std::uint64_t state_;
};

inline std::string utf8(std::uint64_t point) {
    const auto last = [point](int shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
    if (point < 0x800) return {static_cast<char>(0xC0 | (point >> 6)), last(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0 | (point >> 12)), last(6), last(0)};
    return {static_cast<char>(0xF0 | (point >> 18)), last(12), last(6), last(0)};
}

inline std::string random_part(RandomBelow& below) {
    const std::uint64_t kind = below(9);
    std::string out;
    if (kind < 3) return std::string(kWords[below(kWords.size())]);
    if (kind == 3) {
        for (std::uint64_t left = 1 + below(6); left > 0; --left) out += static_cast<char>('0' + below(10));
        return out;
    }
    if (kind == 4) return std::string(kSpaces[below(kSpaces.size())]);
    if (kind == 5) return {kPunctuation[below(kPunctuation.size())]};
    if (kind == 6) {
        for (std::uint64_t left = 1 + below(8); left > 0; --left) out += static_cast<char>('a' + below(26));
        return out;
    }
    if (kind == 7) return std::string(kNumbers[below(kNumbers.size())]);
    const auto [first, last] = kRanges[below(kRanges.size())];
    return utf8(first + below(last - first + 1));
}

inline std::string random_string(std::uint64_t seed) {
    RandomBelow below(seed);
    std::string out;
    for (std::uint64_t left = 1 + below(30); left > 0; --left) out += random_part(below);
    return out;
}

}  // namespace retort::train::test

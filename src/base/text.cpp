#include "base/text.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace retort {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";

// Length of the UTF-8 sequence that starts with this byte, 0 when none does.
std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return 2;
    if (lead >= 0xe0 && lead <= 0xef) return 3;
    if (lead >= 0xf0 && lead <= 0xf4) return 4;
    return 0;
}

bool is_continuation(unsigned char byte) {
    return (byte & 0xc0) == 0x80;
}

// The second byte's range excludes overlong forms, surrogates and code points past U+10FFFF.
bool second_byte_fits(unsigned char lead, unsigned char second) {
    switch (lead) {
        case 0xe0:
            return second >= 0xa0;
        case 0xed:
            return second <= 0x9f;
        case 0xf0:
            return second >= 0x90;
        case 0xf4:
            return second <= 0x8f;
        default:
            return true;
    }
}

// Bytes of the valid sequence at the front of `text`, 0 when it is not one.
std::size_t valid_sequence(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = sequence_length(lead);
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if (!is_continuation(static_cast<unsigned char>(text[i]))) return 0;
    if (length > 1 && !second_byte_fits(lead, static_cast<unsigned char>(text[1]))) return 0;
    return length;
}

// Insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> two_above;
    std::vector<std::size_t> above(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> row(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
        }
        two_above = std::exchange(above, std::move(row));
    }
    return above.back();
}

}  // namespace

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string valid_utf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = valid_sequence(bytes);
        if (length == 0) {
            out += "\xef\xbf\xbd";
            bytes.remove_prefix(1);
        } else {
            out.append(bytes.substr(0, length));
            bytes.remove_prefix(length);
        }
    }
    return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) {
    if (bytes >= text.size()) return text;
    while (bytes > 0 && is_continuation(static_cast<unsigned char>(text[bytes]))) --bytes;
    return text.substr(0, bytes);
}

std::size_t utf8_incomplete_tail(std::string_view text) {
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (is_continuation(byte)) continue;
        return sequence_length(byte) > back ? back : 0;
    }
    return 0;
}

std::vector<std::size_t> sentence_ends(std::string_view text) {
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool last = i + 1 == text.size();
        const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
        const bool before_space = !last && kSpace.find(text[i + 1]) != std::string_view::npos;
        const bool before_line_end = !last && text[i + 1] == '\n';
        if ((stop && (last || before_space)) || before_line_end) ends.push_back(i + 1);
    }
    return ends;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
    return nearest(word, candidates, std::max<std::size_t>(2, word.size() / 3));
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates,
                         std::size_t most_edits) {
    std::string_view best;
    std::size_t best_distance = most_edits + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace retort

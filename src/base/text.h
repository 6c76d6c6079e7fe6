// Small text functions that several modules need. All are total: any bytes in, no throw.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace retort {

// Without white space (space, tab, CR, LF, VT, FF) at both ends.
std::string_view trim(std::string_view text);

// Bytes that are not UTF-8 are replaced by U+FFFD, so that the result may stand in JSON.
std::string valid_utf8(std::string_view bytes);

// The longest prefix of at most `bytes` bytes that does not cut a UTF-8 sequence.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

// How many bytes at the end begin a UTF-8 sequence that is not complete yet: 0..3.
std::size_t utf8_incomplete_tail(std::string_view text);

// Byte offsets at which a text may be cut: after sentence ends (. ! ? followed by white space, or a line end),
// ascending.
std::vector<std::size_t> sentence_ends(std::string_view text);

// The candidate nearest to `word` by edit distance, or empty when none is within so many edits: for "did you mean".
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates,
                         std::size_t most_edits);

// The same with edits for words of options: a third of the letters, at least two.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace retort

// How data goes into a page: JSON that no text in it can break out of, and details packed small.
#pragma once

#include <string>
#include <string_view>

namespace retort {

// JSON for a script element: "<" is written as \u003c, so that neither "</script>" nor "<!--" can stand in it.
std::string embeddable_json(std::string_view json);

// Base64 (standard alphabet, padded) of gzip of the bytes; the same for the same bytes.
std::string packed(std::string_view bytes);

// A text of more than `most` bytes as its beginning and its end, with a line between them that says how much is not
// shown. Cut at UTF-8 boundaries; at most a line longer than `most`.
struct Shortened {
    std::string text;
    std::size_t left_out = 0;  // bytes
};
Shortened shortened(std::string_view text, std::size_t most);

}  // namespace retort

// The page's template in pieces: what stands before each place that is to be filled. Not public.
#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"

namespace retort {

inline constexpr std::string_view kDataPlace = "<!--retort-data-->";
inline constexpr std::string_view kDetailsPlace = "<!--retort-details-->";

// What goes around the page's data.
inline constexpr std::string_view kDataBegin = "<script type=\"application/json\" id=\"retort-data\">";
inline constexpr std::string_view kDataEnd = "</script>\n";

struct TemplatePart {
    std::string_view text;         // what stands before the place
    std::string_view placeholder;  // empty: the end
};

// In the template's own order. Each place must be there once.
Outcome<std::vector<TemplatePart>> parts_of(std::string_view page);

}  // namespace retort

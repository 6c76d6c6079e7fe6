#include "eval/report/page_template.h"

#include <fmt/format.h>

#include <utility>

namespace retort {

Outcome<std::vector<TemplatePart>> parts_of(std::string_view page) {
    for (const std::string_view place : {kDataPlace, kDetailsPlace})
        if (page.find(place) == page.npos || page.find(place) != page.rfind(place))
            return Error{ErrorKind::file, fmt::format("the page's template is damaged: expected {} once", place)};
    std::vector<std::string_view> places{kDataPlace, kDetailsPlace};
    if (page.find(kDetailsPlace) < page.find(kDataPlace)) std::swap(places[0], places[1]);
    std::vector<TemplatePart> out;
    for (const std::string_view place : places) {
        const std::size_t at = page.find(place);
        out.push_back({page.substr(0, at), place});
        page.remove_prefix(at + place.size());
    }
    out.push_back({page, ""});
    return out;
}

}  // namespace retort

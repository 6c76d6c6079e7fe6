#include "operator/solution.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/text.h"

namespace retort {
namespace {

constexpr std::string_view kDecoration = " \t\r*#_>`=-:";

std::string_view without_leading(std::string_view text, std::string_view characters) {
    text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
    return text;
}

bool starts_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

struct MarkerPlace {
    std::size_t line;      // where the marker's line begins
    std::size_t solution;  // where the solution begins
};

std::optional<MarkerPlace> last_marker(std::string_view text, std::string_view marker) {
    marker = trim(marker);
    if (marker.empty()) return std::nullopt;
    for (std::size_t end = text.size();;) {
        const auto newline = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
        const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
        const std::string_view line = without_leading(text.substr(start, end - start), kDecoration);
        if (starts_ignoring_case(line, marker)) {
            const std::string_view rest = without_leading(line.substr(marker.size()), kDecoration);
            return MarkerPlace{start, end - rest.size()};
        }
        if (start == 0) return std::nullopt;
        end = start - 1;
    }
}

}  // namespace

Solution find_solution(const Completion& completion, std::string_view marker, std::int64_t think) {
    Solution out;
    const std::string_view text = completion.text;
    const auto place = last_marker(text, marker);
    const bool model_marks = !completion.reasoning.empty();
    out.marked = model_marks || place.has_value();
    if (place) {
        out.text = trim(text.substr(place->solution));
        out.reasoning = trim(text.substr(0, place->line));
    } else {
        out.text = trim(text);
    }
    const bool whole = out.marked || think == 0 || completion.finish == Finish::stop;
    out.present = completion.ok() && !out.text.empty() && whole;
    return out;
}

bool may_open_with(std::string_view text, std::string_view marker) {
    marker = trim(marker);
    if (marker.empty()) return false;
    const std::string_view begin = without_leading(text, kDecoration);
    return starts_ignoring_case(begin, marker) || starts_ignoring_case(marker, begin);
}

}  // namespace retort

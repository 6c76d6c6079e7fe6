#include "eval/signatures_stated.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace retort {
namespace {

constexpr std::size_t kMost = 64;
constexpr std::size_t kLongestBare = 40;  // bytes of a bare value after "answer is"
constexpr std::string_view kBox = "\\boxed{";
constexpr std::array<std::string_view, 3> kMarkers{"answer is", "answer:", "answer ="};

bool is_alnum(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// "\boxed{...}" from `at`, with its braces balanced; empty when they are not.
std::string_view box_at(std::string_view line, std::size_t at) {
    int depth = 0;
    for (std::size_t i = at + kBox.size() - 1; i < line.size(); ++i) {
        if (line[i] == '{') ++depth;
        if (line[i] == '}' && --depth == 0) return line.substr(at, i + 1 - at);
    }
    return {};
}

std::vector<std::string_view> boxes_of(std::string_view line) {
    std::vector<std::string_view> out;
    for (std::size_t at = line.find(kBox); at != std::string_view::npos && out.size() < kMost;) {
        const std::string_view box = box_at(line, at);
        if (box.empty()) break;
        out.push_back(box);
        at = line.find(kBox, static_cast<std::size_t>(box.data() - line.data()) + box.size());
    }
    return out;
}

// A word is more than one letter in a row that is no TeX command: "less than 4" is prose, "\frac{1}{2}" and "x = 4" are
// not.
bool has_word(std::string_view text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == '\\') {
            while (i + 1 < text.size() && std::isalpha(static_cast<unsigned char>(text[i + 1])) != 0) ++i;
            continue;
        }
        if (std::isalpha(static_cast<unsigned char>(text[i])) != 0 &&
            std::isalpha(static_cast<unsigned char>(text[i + 1])) != 0)
            return true;
    }
    return false;
}

// The bare value after a marker that ends the line; empty when there is none.
std::string_view bare_value(std::string_view line) {
    std::string lower(line);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const std::string_view marker : kMarkers) {
        const auto at = lower.rfind(marker);
        if (at == std::string::npos) continue;
        std::string_view rest = line.substr(at + marker.size());
        const auto first = rest.find_first_not_of(" :*`");
        const auto last = rest.find_last_not_of(" .*`;,");
        if (first == std::string_view::npos || last == std::string_view::npos || last < first) continue;
        rest = rest.substr(first, last - first + 1);
        if (rest.size() <= kLongestBare && !has_word(rest)) return rest;
    }
    return {};
}

}  // namespace

std::vector<StatedAnswer> stated_answers(std::string_view text, const Verifier& verifier) {
    std::vector<StatedAnswer> out;
    const auto state = [&](std::string_view piece, std::size_t line, bool whole) {
        if (const auto answer = verifier.extract(piece); answer && out.size() < kMost)
            out.push_back({static_cast<std::size_t>(piece.data() - text.data()), *answer, line, whole});
    };
    std::size_t number = 0;
    for (std::string_view rest = text; !rest.empty() && out.size() < kMost; ++number) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const auto boxes = boxes_of(line);
        for (const std::string_view box : boxes) state(box, number, false);
        if (boxes.size() > 1) state(line, number, true);
        if (const std::string_view bare = bare_value(line); boxes.empty() && !bare.empty()) state(bare, number, false);
    }
    return out;
}

std::size_t find_value(std::string_view text, std::string_view value) {
    if (value.empty()) return std::string_view::npos;
    const auto decimal = [&](std::size_t point, std::size_t digit) {
        return text[point] == '.' && digit < text.size() && std::isdigit(static_cast<unsigned char>(text[digit])) != 0;
    };
    for (std::size_t at = text.find(value); at != std::string_view::npos; at = text.find(value, at + 1)) {
        const std::size_t end = at + value.size();
        const bool joined_before =
            at > 0 && ((is_alnum(text[at - 1]) && is_alnum(value.front())) || (at > 1 && decimal(at - 1, at - 2)));
        const bool joined_after =
            end < text.size() && ((is_alnum(text[end]) && is_alnum(value.back())) || decimal(end, end + 1));
        if (!joined_before && !joined_after) return at;
    }
    return std::string_view::npos;
}

}  // namespace retort

#include "eval/signatures_stated.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/text.h"

namespace retort {
namespace {

constexpr std::size_t kMost = 64;
constexpr std::size_t kLongestBare = 40;  // bytes of a bare value after "answer is"
constexpr std::size_t kMostShown = 128;
constexpr std::size_t kLongestShown = 200;  // bytes
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

// Values in the order of the text, each once.
class Shown {
  public:
    void add(std::string_view value) {
        value = trim(value);
        if (value.empty() || value.size() > kLongestShown || values_.size() >= kMostShown) return;
        if (seen_.emplace(value).second) values_.emplace_back(value);
    }

    std::vector<std::string> take() { return std::move(values_); }

  private:
    std::set<std::string, std::less<>> seen_;
    std::vector<std::string> values_;
};

void add_formulas(Shown& shown, std::string_view text) {
    for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
        const std::size_t end = text.find('$', at + 1);
        if (end == std::string_view::npos) return;
        const std::string_view formula = text.substr(at + 1, end - at - 1);
        shown.add(formula);
        // What an equation comes to is what a reader takes from it.
        if (const auto equals = formula.rfind('='); equals != std::string_view::npos)
            shown.add(formula.substr(equals + 1));
        at = end;
    }
}

void add_numbers(Shown& shown, std::string_view text) {
    constexpr std::string_view kSpace = " \t\n\r$";
    for (std::size_t at = text.find_first_not_of(kSpace); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(kSpace, at), text.size());
        std::string_view word = text.substr(at, end - at);
        word.remove_prefix(std::min(word.find_first_not_of("(*=`\""), word.size()));
        word = word.substr(0, word.find_last_not_of(".,;:)*!?`\"") + 1);
        const std::size_t first = word.find_first_not_of("-+.\\");
        if (first != std::string_view::npos &&
            (std::isdigit(static_cast<unsigned char>(word[first])) != 0 || word.substr(first).starts_with("frac")))
            shown.add(word);
        at = text.find_first_not_of(kSpace, end);
    }
}

}  // namespace

std::vector<std::string> shown_values(std::string_view text) {
    Shown shown;
    add_formulas(shown, text);
    add_numbers(shown, text);
    return shown.take();
}

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

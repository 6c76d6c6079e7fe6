#include "verify/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace retort {
namespace {

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

struct Box {
    std::size_t begin, end;  // of \boxed{...} as a whole
    std::string_view inside;
};

// What is longer is no answer; looking no further keeps many boxes that are never closed cheap.
constexpr std::size_t kLongestBox = 8192;

// The text between the brace at `open` and its partner; none when it is not closed.
std::optional<std::string_view> in_braces(std::string_view text, std::size_t open) {
    int depth = 0;
    const std::size_t end = std::min(text.size(), open + kLongestBox);
    for (std::size_t i = open; i < end; ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '{') {
            ++depth;
        } else if (text[i] == '}' && --depth == 0) {
            return text.substr(open + 1, i - open - 1);
        }
    }
    return std::nullopt;
}

// The last box that begins before `end`. A box that is never closed ends no other; the tries keep the time bounded.
std::optional<Box> box_before(std::string_view text, std::size_t end, int& tries) {
    for (; tries > 0; --tries) {
        const std::size_t at = std::string_view(text.data(), end).rfind("box");
        if (at == std::string_view::npos) return std::nullopt;
        const std::size_t open = text.find_first_not_of("ed ", at + 3);
        const std::string_view before = text.substr(0, at);
        const std::size_t command = before.ends_with("\\f") ? 2 : before.ends_with('\\') ? 1 : 0;
        if (command > 0 && open < text.size() && text[open] == '{')
            if (const auto inside = in_braces(text, open)) return Box{at - command, open + inside->size() + 2, *inside};
        end = at;
    }
    return std::nullopt;
}

// Whether what stands between two boxes only joins them.
bool joins(std::string_view between) {
    if (between.size() > 40) return false;
    std::string rest;
    for (const char c : between)
        if (std::isalpha(static_cast<unsigned char>(c)) != 0) rest += c;
    return rest.empty() || rest == "and" || rest == "or" || rest == "textand" || rest == "textor" || rest == "quad" ||
           rest == "quadtextandquad";
}

unsigned char lower(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte + ('a' - 'A')) : byte;
}

bool begins_with(std::string_view text, std::string_view lower_needle) {
    return text.size() >= lower_needle.size() &&
           std::equal(lower_needle.begin(), lower_needle.end(), text.begin(),
                      [](char needle, char c) { return static_cast<unsigned char>(needle) == lower(c); });
}

bool begins_line(std::string_view text, std::size_t at) {
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '*')) --at;
    return at == 0 || text[at - 1] == '\n';
}

}  // namespace

std::string_view strip(std::string_view text, std::string_view characters) {
    const auto first = text.find_first_not_of(characters);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

std::string_view sentence(std::string_view text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '.' && (i + 1 == line.size() || is_space(line[i + 1]))) return line.substr(0, i);
        if (line.substr(i).starts_with("。")) return line.substr(0, i);
    }
    return line;
}

std::optional<std::string> boxed_content(std::string_view text) {
    int tries = 64;
    const auto last = box_before(text, text.size(), tries);
    if (!last) return std::nullopt;
    std::vector<std::string_view> contents{last->inside};
    std::size_t begin = last->begin;
    while (const auto box = box_before(text, begin, tries)) {
        if (box->end > begin || !joins(text.substr(box->end, begin - box->end))) break;
        contents.push_back(box->inside);
        begin = box->begin;
    }
    std::string out;
    for (auto i = contents.rbegin(); i != contents.rend(); ++i) {
        const std::string_view inside = strip(*i, " \t\r\n");
        if (out == inside) continue;  // said twice
        out += (out.empty() ? "" : ", ") + std::string(inside);
    }
    return out;
}

namespace {

constexpr std::array<std::string_view, 12> kPhrases = {"answer to this problem is",
                                                       "answer is",
                                                       "answer:",
                                                       "answer**:",
                                                       "answer**",
                                                       "réponse est",
                                                       "réponse :",
                                                       "réponse:",
                                                       "答案：",
                                                       "答案是",
                                                       "答案:",
                                                       "####"};

// Bytes of the phrase that begins here; 0 when none does.
std::size_t phrase_at(std::string_view text, std::size_t at) {
    // Most bytes begin none, and a text may be long: they are passed over by two comparisons.
    const unsigned char first = lower(text[at]);
    if (first != 'a' && first != 'r' && first != '#' && first != 0xE7) return 0;
    const char second = at + 1 < text.size() ? text[at + 1] : '\0';
    if (text[at] == 'A' && second == ':' && begins_line(text, at)) return 2;
    if (first == 'a' && second != 'n' && second != 'N') return 0;
    for (const std::string_view phrase : kPhrases)
        if (first == static_cast<unsigned char>(phrase[0]) && begins_with(text.substr(at), phrase))
            return phrase.size();
    return 0;
}

}  // namespace

std::optional<std::string_view> after_answer_phrase(std::string_view text) {
    for (std::size_t at = text.size(); at-- > 0;) {
        const std::size_t length = phrase_at(text, at);
        if (length == 0) continue;
        const std::string_view rest = strip(text.substr(at + length), " \t:\r\n*");
        if (!rest.empty()) return rest;
    }
    return std::nullopt;
}

}  // namespace retort

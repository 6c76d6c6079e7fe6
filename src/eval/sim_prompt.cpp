#include "eval/sim_prompt.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace retort {
namespace {

constexpr std::string_view kLabel = "Candidate ";
constexpr std::size_t kMostAnswer = 200;

// The content of the box that begins here, by balanced braces.
std::optional<std::string_view> box_at(std::string_view text, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
        depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
        if (depth == 0) return trim(text.substr(open + 1, i - open - 1));
    }
    return std::nullopt;
}

// Boxes with something in them.
std::vector<std::optional<std::string>> boxes_in(std::string_view text) {
    constexpr std::string_view kBox = "\\boxed{";
    std::vector<std::optional<std::string>> out;
    for (std::size_t at = text.find(kBox); at != std::string_view::npos; at = text.find(kBox, at + kBox.size())) {
        const auto content = box_at(text, at + kBox.size() - 1);
        if (!content) break;
        if (!content->empty() && content->size() <= kMostAnswer) out.emplace_back(*content);
    }
    return out;
}

std::optional<std::string> answer_of(std::string_view block) {
    auto boxes = boxes_in(block);
    if (!boxes.empty()) return std::move(boxes.back());
    const std::string_view line = trim(block);
    if (line.empty() || line.size() > kMostAnswer || line.find('\n') != std::string_view::npos) return std::nullopt;
    return line.back() != '.' ? std::optional<std::string>(line) : std::nullopt;  // a sentence is no bare answer
}

// Where the next label's text begins, and where the label itself does.
struct Label {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::optional<Label> next_label(std::string_view text, std::size_t from) {
    for (std::size_t at = text.find(kLabel, from); at != std::string_view::npos; at = text.find(kLabel, at + 1)) {
        const bool starts_line = at == 0 || text[at - 1] == '\n';
        const std::size_t digits = at + kLabel.size();
        const std::size_t end = std::min(text.find_first_not_of("0123456789", digits), text.size());
        if (starts_line && end > digits && end < text.size() && text[end] == ':') return Label{at, end + 1};
    }
    return std::nullopt;
}

std::vector<std::optional<std::string>> labelled(std::string_view text) {
    std::vector<std::optional<std::string>> out;
    auto label = next_label(text, 0);
    while (label) {
        const auto next = next_label(text, label->end);
        const std::size_t end = next ? next->begin : text.size();
        out.push_back(answer_of(text.substr(label->end, end - label->end)));
        label = next;
    }
    return out;
}

}  // namespace

std::vector<std::optional<std::string>> sim_candidates(std::string_view prompt, std::string_view problem) {
    std::string text(prompt);
    const auto at = problem.empty() ? std::string::npos : text.find(problem);
    if (at != std::string::npos) text.erase(at, problem.size());
    auto out = labelled(text);
    return out.empty() ? boxes_in(text) : out;
}

int sim_selectable(std::string_view prompt) {
    for (const std::string_view words : {"Select the ", "Select at most "}) {
        const auto at = prompt.find(words);
        if (at == std::string_view::npos) continue;
        int value = 0;
        const char* begin = prompt.data() + at + words.size();
        const auto [end, error] = std::from_chars(begin, prompt.data() + prompt.size(), value);
        if (error == std::errc() && end != begin && value > 0) return value;
    }
    return 1;
}

}  // namespace retort

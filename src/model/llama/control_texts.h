// The texts that the tokenizer reads as control tokens, and how they pass through a chat template unread where users
// wrote them. Not public.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "model/llama/template_part.h"
#include "model/llama/vocabulary.h"

namespace retort::llama {

struct TextSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// Const: any thread.
class ControlTexts {
  public:
    explicit ControlTexts(const Vocabulary& vocabulary);

    // All that are in the text, in the order of their beginnings, at one place the longest first. They may overlap.
    std::vector<TextSpan> find(std::string_view text) const;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    void add(std::string text);

    std::unordered_set<std::string, Hash, std::equal_to<>> texts_;
    std::array<std::vector<std::size_t>, 256> lengths_;  // of those that begin with this byte, descending
};

// Of spans in order, those that neither overlap one before them nor `skip` says to leave out.
template <class Skip>
std::vector<TextSpan> apart(const std::vector<TextSpan>& spans, Skip skip) {
    std::vector<TextSpan> out;
    for (const TextSpan& span : spans)
        if (!skip(span) && (out.empty() || span.begin >= out.back().end)) out.push_back(span);
    return out;
}

// Puts marks for private use in the place of what looks like control tokens, and that back.
//
// The engine's own marks for what users wrote are lost where a template splits or joins texts, but these are not.
class HiddenTexts {
  public:
    explicit HiddenTexts(const ControlTexts& controls) : controls_(controls) {}

    std::string hide(std::string_view text);

    // What was hidden is the user's part again. Nothing where the template cut one of the marks.
    std::optional<std::vector<TemplatePart>> show(const std::vector<TemplatePart>& parts) const;

  private:
    bool show(const TemplatePart& part, std::vector<TemplatePart>& out) const;

    const ControlTexts& controls_;
    std::vector<std::string> hidden_;
};

}  // namespace retort::llama

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

// The control tokens, as texts, that a tokenizer reads in what a template wrote itself.
std::vector<std::string> control_sequence(const ControlTexts& controls, const std::vector<TemplatePart>& parts);

// Texts that pass through a template as marks for private use (U+E000, a number, U+E001), and are put back.
class HiddenTexts {
  public:
    // The text with what looks like control tokens hidden.
    std::string hide_controls(std::string_view text, const ControlTexts& controls);

    // The text hidden whole, but for one of white space alone: templates may ask whether there is any.
    std::string hide_whole(std::string_view text, const ControlTexts& controls);

    // What was hidden is the user's part. Nothing where the template cut one of the marks.
    std::optional<std::vector<TemplatePart>> show(std::string_view rendered) const;

  private:
    std::string mark(std::string_view text);

    std::vector<std::string> hidden_;
};

}  // namespace retort::llama

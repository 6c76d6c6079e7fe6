// What a chat template makes of a conversation, before it is tokens. Not public.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace retort::llama {

struct TemplatePart {
    std::string text;
    bool user = false;  // never read as control tokens: it stands for what users wrote
    friend bool operator==(const TemplatePart&, const TemplatePart&) = default;
};

// Bytes of a text, the end not among them.
struct TextSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::string text_of(const std::vector<TemplatePart>& parts);

// The spans of the user's parts in the text of all; none is empty.
std::vector<TextSpan> user_spans(const std::vector<TemplatePart>& parts);

// Whether the span has a byte of one of the others, which are in order and do not overlap.
bool touches(const TextSpan& span, const std::vector<TextSpan>& others);

}  // namespace retort::llama

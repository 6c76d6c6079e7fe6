#include "model/llama/control_texts.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace retort::llama {
namespace {

// U+E000 and U+E001 around a number.
constexpr std::string_view kOpen = "\xEE\x80\x80";
constexpr std::string_view kClose = "\xEE\x80\x81";

}  // namespace

ControlTexts::ControlTexts(const Vocabulary& vocabulary) {
    for (TokenId token = 0; token < vocabulary.size(); ++token)
        if (vocabulary.is_read_as_control(token)) add(vocabulary.text(token));
}

void ControlTexts::add(std::string text) {
    if (text.empty()) return;
    std::vector<std::size_t>& lengths = lengths_[static_cast<unsigned char>(text.front())];
    const auto at = std::lower_bound(lengths.begin(), lengths.end(), text.size(), std::greater<>());
    if (at == lengths.end() || *at != text.size()) lengths.insert(at, text.size());
    texts_.insert(std::move(text));
}

std::vector<TextSpan> ControlTexts::find(std::string_view text) const {
    std::vector<TextSpan> out;
    for (std::size_t begin = 0; begin < text.size(); ++begin)
        for (const std::size_t length : lengths_[static_cast<unsigned char>(text[begin])])
            if (length <= text.size() - begin && texts_.contains(text.substr(begin, length)))
                out.push_back({begin, begin + length});
    return out;
}

std::vector<std::string> control_sequence(const ControlTexts& controls, const std::vector<TemplatePart>& parts) {
    const std::string text = text_of(parts);
    const std::vector<TextSpan> users = user_spans(parts);
    std::vector<std::string> out;
    for (const TextSpan& span : apart(controls.find(text), [&](const TextSpan& one) { return touches(one, users); }))
        out.push_back(text.substr(span.begin, span.end - span.begin));
    return out;
}

std::string HiddenTexts::mark(std::string_view text) {
    hidden_.emplace_back(text);
    return std::string(kOpen) + std::to_string(hidden_.size() - 1) + std::string(kClose);
}

std::string HiddenTexts::hide_controls(std::string_view text, const ControlTexts& controls) {
    std::vector<TextSpan> spans = controls.find(text);
    for (std::size_t at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at + kOpen.size()))
        spans.push_back({at, at + kOpen.size()});
    std::sort(spans.begin(), spans.end(), [](const TextSpan& a, const TextSpan& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    std::string out;
    std::size_t from = 0;
    for (const TextSpan& span : apart(spans, [](const TextSpan&) { return false; })) {
        out += text.substr(from, span.begin - from);
        out += mark(text.substr(span.begin, span.end - span.begin));
        from = span.end;
    }
    return out += text.substr(from);
}

std::string HiddenTexts::hide_whole(std::string_view text, const ControlTexts& controls) {
    return trim(text).empty() ? hide_controls(text, controls) : mark(text);
}

std::optional<std::vector<TemplatePart>> HiddenTexts::show(std::string_view rendered) const {
    std::vector<TemplatePart> out;
    std::size_t from = 0;
    for (std::size_t at = rendered.find(kOpen); at != std::string_view::npos; at = rendered.find(kOpen, from)) {
        std::size_t number = 0;
        const char* const digits = rendered.data() + at + kOpen.size();
        const auto [end, failed] = std::from_chars(digits, rendered.data() + rendered.size(), number);
        const std::size_t after = static_cast<std::size_t>(end - rendered.data());
        if (failed != std::errc() || number >= hidden_.size() || !rendered.substr(after).starts_with(kClose))
            return std::nullopt;
        out.push_back({std::string(rendered.substr(from, at - from)), false});
        out.push_back({hidden_[number], true});
        from = after + kClose.size();
    }
    out.push_back({std::string(rendered.substr(from)), false});
    return out;
}

}  // namespace retort::llama

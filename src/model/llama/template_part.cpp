#include "model/llama/template_part.h"

#include <algorithm>

namespace retort::llama {

std::string text_of(const std::vector<TemplatePart>& parts) {
    std::string out;
    for (const TemplatePart& part : parts) out += part.text;
    return out;
}

std::vector<TextSpan> user_spans(const std::vector<TemplatePart>& parts) {
    std::vector<TextSpan> out;
    std::size_t at = 0;
    for (const TemplatePart& part : parts) {
        if (part.user && !part.text.empty()) out.push_back({at, at + part.text.size()});
        at += part.text.size();
    }
    return out;
}

bool touches(const TextSpan& span, const std::vector<TextSpan>& others) {
    const auto first =
        std::partition_point(others.begin(), others.end(), [&](const TextSpan& one) { return one.end <= span.begin; });
    return first != others.end() && first->begin < span.end;
}

}  // namespace retort::llama

#include "gateway/answer_stream.h"

#include <utility>

#include "base/text.h"
#include "operator/solution.h"

namespace retort::gateway {

AnswerStream::AnswerStream(std::string_view marker) : marker_(trim(marker)) {}

AnswerStream::Heard AnswerStream::hear(const Delta& delta) {
    if (delta.tokens_out < 0) {
        begins_anew_ = !streamed_.empty();
        held_.clear();
    }
    if (delta.reasoning) {
        marked_ = true;
        return {std::string(delta.text), {}};
    }
    if (!marker_.empty() && !marked_) return {std::string(delta.text), {}};
    return {{}, begins_anew_ ? std::string() : answer_in(std::string(delta.text))};
}

std::string AnswerStream::answer_in(std::string text) {
    if (!opened_) {
        held_ += text;
        if (may_open_with(held_, marker_)) return {};
        opened_ = true;
        text = std::exchange(held_, {});
    }
    streamed_ += text;
    return text;
}

std::string AnswerStream::rest(std::string_view answer, std::string_view all) const {
    for (const std::string_view whole : {answer, all})
        if (whole.starts_with(streamed_)) return std::string(whole.substr(streamed_.size()));
    return "\n\n[The model broke off here. Its answer, begun anew:]\n\n" + std::string(answer);
}

}  // namespace retort::gateway

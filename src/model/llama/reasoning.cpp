#include "model/llama/reasoning.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace retort::llama {
namespace {

constexpr std::array<ReasoningMarks, 5> kMarks{{{"<think>", "</think>"},
                                                {"[THINK]", "[/THINK]"},
                                                {"<seed:think>", "</seed:think>"},
                                                {"<|START_THINKING|>", "<|END_THINKING|>"},
                                                {"<|begin_of_thought|>", "<|end_of_thought|>"}}};

bool mentions(std::string_view text, const ReasoningMarks& marks) {
    return text.find(marks.begin) != std::string_view::npos && text.find(marks.end) != std::string_view::npos;
}

// The longest end of `text` that begins `mark`, in bytes.
std::size_t begun_mark(std::string_view text, std::string_view mark) {
    for (std::size_t n = std::min(text.size(), mark.size() - 1); n > 0; --n)
        if (text.ends_with(mark.substr(0, n))) return n;
    return 0;
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

const ReasoningMarks* find_marks(std::string_view chat_template,
                                 const std::function<bool(std::string_view)>& is_token) {
    for (const ReasoningMarks& marks : kMarks)
        if (mentions(chat_template, marks)) return &marks;
    for (const ReasoningMarks& marks : kMarks)
        if (is_token(marks.begin) && is_token(marks.end)) return &marks;
    return nullptr;
}

ReasoningSplitter::ReasoningSplitter(const ReasoningMarks* marks, bool inside)
    : marks_(marks),
      place_(marks == nullptr ? Place::answer
             : inside         ? Place::reasoning
                              : Place::undecided),
      skip_space_(inside) {}

void ReasoningSplitter::feed(std::string_view bytes, std::vector<Piece>& out) {
    pending_ += bytes;
    if (place_ == Place::undecided && !leave_undecided()) return;
    drop_leading_space();
    if (place_ == Place::reasoning && !leave_reasoning(out)) {
        emit(pending_.size() - begun_mark(pending_, marks_->end), out);
        return;
    }
    drop_leading_space();
    emit(pending_.size(), out);
}

void ReasoningSplitter::finish(std::vector<Piece>& out) {
    if (place_ == Place::undecided) place_ = Place::answer;
    if (!pending_.empty()) out.push_back({valid_utf8(pending_), place_ == Place::reasoning});
    pending_.clear();
}

// False while the bytes so far may still become the beginning mark.
bool ReasoningSplitter::leave_undecided() {
    const std::string_view rest = trim(pending_);
    const bool opened = rest.starts_with(marks_->begin);
    if (!opened && marks_->begin.starts_with(rest)) return false;
    place_ = opened ? Place::reasoning : Place::answer;
    if (opened) {
        pending_.erase(0, pending_.find(marks_->begin) + marks_->begin.size());
        skip_space_ = true;
    }
    return true;
}

bool ReasoningSplitter::leave_reasoning(std::vector<Piece>& out) {
    const std::size_t end = pending_.find(marks_->end);
    if (end == std::string::npos) return false;
    if (end > 0) out.push_back({valid_utf8(std::string_view(pending_).substr(0, end)), true});
    pending_.erase(0, end + marks_->end.size());
    place_ = Place::answer;
    skip_space_ = true;
    return true;
}

void ReasoningSplitter::drop_leading_space() {
    if (!skip_space_) return;
    const auto first = std::find_if_not(pending_.begin(), pending_.end(), is_space);
    skip_space_ = first == pending_.end();
    pending_.erase(pending_.begin(), first);
}

void ReasoningSplitter::emit(std::size_t bytes, std::vector<Piece>& out) {
    const std::string_view ready = std::string_view(pending_).substr(0, bytes);
    const std::size_t whole = ready.size() - utf8_incomplete_tail(ready);
    if (whole == 0) return;
    out.push_back({valid_utf8(ready.substr(0, whole)), place_ == Place::reasoning});
    pending_.erase(0, whole);
}

}  // namespace retort::llama

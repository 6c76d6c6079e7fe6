#include "model/http/think_splitter.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace retort {
namespace {

struct Tags {
    std::string_view open;
    std::string_view close;
};
constexpr std::array kTags{
    Tags{"<think>", "</think>"},
    Tags{"<thinking>", "</thinking>"},
    Tags{"[THINK]", "[/THINK]"},
};
constexpr std::string_view kSpace = " \t\r\n";

// The longest end of `text` that may yet become `tag`.
std::size_t possible_start(std::string_view text, std::string_view tag) {
    for (std::size_t length = std::min(text.size(), tag.size() - 1); length > 0; --length)
        if (tag.starts_with(text.substr(text.size() - length))) return length;
    return 0;
}

}  // namespace

void ThinkSplitter::feed(std::string_view text, const OnPiece& on_piece) {
    if (state_ == State::done) {
        if (!text.empty()) on_piece(text, false);
        return;
    }
    held_.append(text);
    while (step(on_piece, false)) {
    }
}

void ThinkSplitter::finish(const OnPiece& on_piece) {
    while (step(on_piece, true)) {
    }
}

// True when the state changed, so that what is left is looked at anew.
bool ThinkSplitter::step(const OnPiece& on_piece, bool last) {
    switch (state_) {
        case State::start:
            return find_start(on_piece, last);
        case State::inside:
            return find_end(on_piece, last, true);
        case State::outside:
            return find_end(on_piece, last, false);
        case State::after_tag:
            return skip_space(last);
        case State::done:
            break;
    }
    if (!held_.empty()) on_piece(std::exchange(held_, {}), false);
    return false;
}

bool ThinkSplitter::find_start(const OnPiece&, bool last) {
    const std::size_t begin = held_.find_first_not_of(kSpace);
    if (begin == std::string::npos && !last) return false;
    const std::string_view text = std::string_view(held_).substr(std::min(begin, held_.size()));
    for (const Tags& tags : kTags) {
        if (text.starts_with(tags.open)) {
            end_tag_ = tags.close;
            held_.erase(0, begin + tags.open.size());
            state_ = State::inside;
            return true;
        }
        if (!last && tags.open.starts_with(text)) return false;
    }
    state_ = State::outside;
    return true;
}

bool ThinkSplitter::find_end(const OnPiece& on_piece, bool last, bool reasoning) {
    const std::string_view tag = end_tag_.empty() ? kTags[0].close : std::string_view(end_tag_);
    const std::size_t at = held_.find(tag);
    const bool found = at != std::string::npos;
    const std::size_t held_back = found || last ? 0 : possible_start(held_, tag);
    const std::size_t length = found ? at : held_.size() - held_back;
    if (found && !reasoning) reclassified_ = true;
    if (length > 0) on_piece(std::string_view(held_).substr(0, length), reasoning || found);
    held_.erase(0, length + (found ? tag.size() : 0));
    if (found) state_ = State::after_tag;
    return found;
}

// The line ends between the end tag and the answer belong to neither.
bool ThinkSplitter::skip_space(bool last) {
    const std::size_t begin = held_.find_first_not_of(kSpace);
    if (begin == std::string::npos && !last) return false;
    held_.erase(0, std::min(begin, held_.size()));
    state_ = State::done;
    return true;
}

}  // namespace retort
